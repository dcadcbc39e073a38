//! What the rows share: making postings under keys of this run, and judging what the books answer.

use rust_decimal::{Decimal, RoundingStrategy};

use super::{Outcome, Setup};
use crate::{
    Body, Class, CommissionEarned, Commissions, Connector, CreditNote, Document, Finish, Invoice, Key, Kind,
    Line, Material, Order, Posted, Posting, State, StockIssue,
};

/// Two hours: how long the visits of this suite take.
const VISIT_SECONDS: i64 = 7_200;

pub(super) struct Session<'a> {
    pub(super) books: &'a dyn Connector,
    pub(super) setup: &'a Setup,
}

impl Session<'_> {
    pub(super) async fn check(&self) -> Outcome {
        let info = self.books.check().await.map_err(|failure| format!("check: {failure}"))?;
        equal("currency", &info.currency, &self.setup.currency)?;
        require(!info.product.is_empty() && !info.company.is_empty(), || {
            "no product or company named".into()
        })?;
        Ok(format!("{} {}, {}", info.product, info.version, info.company))
    }

    /// The key of one step of one row.
    pub(super) fn key(&self, row: &str, step: &str) -> Result<Key, String> {
        let text = format!("{}/{row}/{step}", self.setup.run);
        Key::parse(&text)
            .ok_or_else(|| format!("`{text}` is no key: shorten the run's name, or use plain characters"))
    }

    pub(super) fn posting(&self, row: &str, step: &str, body: Body) -> Result<Posting, String> {
        let key = self.key(row, step)?;
        Ok(Posting { key, subject: format!("{} {row}", self.setup.run), date: self.setup.date, body })
    }

    /// A line of the service.
    pub(super) fn line(&self, quantity: Decimal, unit_price: Decimal) -> Line {
        let item = self.setup.service_item.clone();
        let description = format!("{}, as agreed", item.name);
        Line::new(item, description, quantity, unit_price)
    }

    /// One piece of the service at its price.
    pub(super) fn one(&self) -> Vec<Line> {
        vec![self.line(Decimal::ONE, self.setup.unit_price)]
    }

    pub(super) fn order(&self, row: &str, lines: Vec<Line>) -> Result<Posting, String> {
        let start = self.setup.date.and_time(chrono::NaiveTime::MIN).and_utc() + chrono::Duration::hours(9);
        let order = Order {
            customer: self.setup.customer.clone(),
            provider: self.setup.provider.clone(),
            currency: self.setup.currency.clone(),
            lines,
            start,
            end: start + chrono::Duration::seconds(VISIT_SECONDS),
            commission_percent: self.setup.commission_percent,
        };
        self.posting(row, "order", Body::SalesOrder(order))
    }

    pub(super) fn invoice(&self, row: &str, order: Option<Key>, lines: Vec<Line>) -> Result<Posting, String> {
        let invoice = Invoice {
            order,
            customer: self.setup.customer.clone(),
            currency: self.setup.currency.clone(),
            lines,
            finish: Finish::Posted,
            earners: Vec::new(),
            advances: Vec::new(),
        };
        self.posting(row, "invoice", Body::SalesInvoice(invoice))
    }

    pub(super) fn credit(&self, row: &str, invoice: Key) -> Result<Posting, String> {
        let note = CreditNote { invoice, reason: "cancelled after it was invoiced".into() };
        self.posting(row, "credit", Body::CreditNote(note))
    }

    pub(super) fn issue(&self, row: &str, lines: Vec<Material>) -> Result<Posting, String> {
        self.posting(row, "issue", Body::StockIssue(StockIssue { lines }))
    }

    pub(super) fn commission(&self, row: &str, invoice: Key, base: Decimal) -> Result<Posting, String> {
        let percent = self.setup.commission_percent;
        let amount = self.rounded(base * percent / Decimal::ONE_HUNDRED);
        let earned = CommissionEarned {
            invoice,
            provider: self.setup.provider.clone(),
            currency: self.setup.currency.clone(),
            base,
            percent,
            amount,
        };
        self.posting(row, "commission", Body::Commission(earned))
    }

    /// An order for one piece and the invoice posted from it, each made once.
    pub(super) async fn invoiced(&self, row: &str) -> Result<(Posting, Document), String> {
        let order = self.order(row, self.one())?;
        self.made(&order, State::Submitted).await?;
        let invoice = self.invoice(row, Some(order.key), self.one())?;
        let document = self.made(&invoice, State::Posted).await?;
        Ok((invoice, document))
    }

    /// Each line rounded to the currency, then added up.
    pub(super) fn net(&self, lines: &[Line]) -> Decimal {
        lines.iter().map(|line| self.rounded(line.quantity * line.unit_price)).sum()
    }

    pub(super) fn rounded(&self, amount: Decimal) -> Decimal {
        amount.round_dp_with_strategy(self.setup.currency_digits, RoundingStrategy::MidpointAwayFromZero)
    }

    pub(super) async fn post(&self, posting: &Posting) -> Result<Document, String> {
        let key = &posting.key;
        let posted = self.books.post(posting).await;
        posted
            .map(|posted| posted.document)
            .map_err(|failure| format!("posting {key}: {failure} ({:?})", failure.class))
    }

    pub(super) async fn find(&self, posting: &Posting) -> Result<Vec<Document>, String> {
        let key = &posting.key;
        let found = self.books.find_by_key(posting).await;
        found.map_err(|failure| format!("looking up {key}: {failure} ({:?})", failure.class))
    }

    /// The only document the key finds.
    pub(super) async fn standing(&self, posting: &Posting) -> Result<Document, String> {
        let mut found = self.find(posting).await?;
        match (found.pop(), found.len()) {
            (Some(only), 0) => Ok(only),
            (last, before) => {
                let count = before + usize::from(last.is_some());
                Err(format!("{} finds {count} documents, not one", posting.key))
            }
        }
    }

    /// Posts it, judges it, finds it once, posts it again and finds it once still.
    pub(super) async fn made(&self, posting: &Posting, state: State) -> Result<Document, String> {
        if !self.derived(posting) {
            let before = self.find(posting).await?;
            require(before.is_empty(), || format!("{} was used before this run", posting.key))?;
        }
        let document = self.post(posting).await?;
        self.judge(posting, &document, state)?;
        equal("document found", &self.standing(posting).await?, &document)?;
        equal("document posted again", &self.post(posting).await?, &document)?;
        equal("document found afterwards", &self.standing(posting).await?, &document)?;
        Ok(document)
    }

    /// Whether the books make the document by themselves, before anybody asks for it.
    fn derived(&self, posting: &Posting) -> bool {
        let commission = matches!(posting.kind(), Kind::Commission | Kind::CommissionReversal);
        commission && self.books.capabilities().commissions == Commissions::Derived
    }

    fn judge(&self, posting: &Posting, document: &Document, state: State) -> Result<(), String> {
        equal("kind", &document.kind, &posting.kind())?;
        equal("key", &document.key, &posting.key)?;
        equal("state", &document.state, &state)?;
        equal("currency", &document.currency, &self.setup.currency)?;
        equal("total", &document.total, &(document.net + document.tax))?;
        let named = !document.number.is_empty() && !document.reference.is_empty();
        require(named, || format!("{} has no number or no reference", posting.key))?;
        let smallest = document.net.min(document.tax);
        require(smallest >= Decimal::ZERO, || format!("an amount is negative: {smallest}"))
    }

    /// Posts what must be refused: with a fix, and with nothing stored.
    pub(super) async fn refused(&self, posting: &Posting) -> Outcome {
        let failure = match self.books.post(posting).await {
            Ok(Posted { document, .. }) => {
                return Err(format!("{} was made from what should be refused", document.number));
            }
            Err(failure) => failure,
        };
        let Class::Refused { fix, .. } = &failure.class else {
            return Err(format!("not refused but {:?}: {failure}", failure.class));
        };
        require(!fix.is_empty() && !failure.message.is_empty(), || {
            "refused without a reason or a fix".into()
        })?;
        let left = self.find(posting).await?;
        require(left.is_empty(), || format!("refused, but {} documents stand", left.len()))?;
        Ok(failure.message)
    }
}

/// Demands a fact.
pub(super) fn require(fact: bool, otherwise: impl FnOnce() -> String) -> Result<(), String> {
    if fact { Ok(()) } else { Err(otherwise()) }
}

/// Demands that the books say what was expected.
pub(super) fn equal<T: PartialEq + std::fmt::Debug>(what: &str, is: &T, expected: &T) -> Result<(), String> {
    require(is == expected, || format!("{what} is {is:?}, not {expected:?}"))
}
