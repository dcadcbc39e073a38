//! The postings that rows ask for, under keys of this run.

use chrono::{DateTime, Duration, NaiveTime, Utc};
use rust_decimal::Decimal;

use super::report::Fault;
use super::session::Session;
use crate::{
    Advance, AdvanceRefund, Body, CommissionEarned, CreditNote, Document, Finish, Invoice, Key, Line,
    Material, Order, OrderAmendment, OrderCancellation, OrderLine, Party, Posting, State, StockIssue,
    StockReturn,
};

/// How long the visits of this suite take.
const VISIT: Duration = Duration::hours(2);

/// One customer, one currency, and nothing out of the ordinary.
impl Session<'_> {
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

    /// When the visits of this suite start: in the morning.
    pub(super) fn morning(&self) -> DateTime<Utc> {
        self.setup.date.and_time(NaiveTime::MIN).and_utc() + Duration::hours(9)
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

    /// Three visits at three prices, as a booking of several appointments has them.
    pub(super) fn three(&self) -> Vec<Line> {
        let price = self.setup.unit_price;
        let smallest = Decimal::new(1, self.setup.currency_digits);
        let mut lines = vec![
            self.line(Decimal::ONE, price),
            self.line(Decimal::TWO, price + smallest),
            self.line(Decimal::ONE, price + smallest + smallest),
        ];
        for (number, line) in (1_u32..).zip(&mut lines) {
            line.description = format!("Visit {number} of 3: {}", line.item.name);
        }
        lines
    }

    pub(super) fn plain_order(&self, lines: Vec<Line>) -> Order {
        let start = self.morning();
        Order {
            customer: self.setup.customer.clone(),
            provider: self.setup.provider.clone(),
            currency: self.setup.currency.clone(),
            lines,
            start,
            end: start + VISIT,
            commission_percent: self.setup.commission_percent,
        }
    }

    pub(super) fn order(&self, row: &str, lines: Vec<Line>) -> Result<Posting, String> {
        self.posting(row, "order", Body::SalesOrder(self.plain_order(lines)))
    }

    pub(super) fn cancellation(&self, row: &str, order: &Key) -> Result<Posting, String> {
        let withdrawal = OrderCancellation { order: order.clone(), reason: "the customer withdrew".into() };
        self.posting(row, "cancel", Body::OrderCancellation(withdrawal))
    }

    /// The order, moved by some days.
    pub(super) fn amendment(
        &self,
        row: &str,
        step: &str,
        order: &Key,
        (provider, lines, days): (&Party, Vec<Line>, i64),
    ) -> Result<Posting, String> {
        let start = self.morning() + Duration::days(days);
        let amendment = OrderAmendment {
            order: order.clone(),
            provider: provider.clone(),
            lines,
            start,
            end: start + VISIT,
            reason: "the visit was moved".into(),
        };
        self.posting(row, step, Body::OrderAmendment(amendment))
    }

    pub(super) fn plain_invoice(&self, order: Option<Key>, lines: Vec<Line>) -> Invoice {
        Invoice {
            order,
            customer: self.setup.customer.clone(),
            currency: self.setup.currency.clone(),
            lines,
            finish: Finish::Posted,
            earners: Vec::new(),
            advances: Vec::new(),
        }
    }

    pub(super) fn invoice(&self, row: &str, order: Option<Key>, lines: Vec<Line>) -> Result<Posting, String> {
        self.posting(row, "invoice", Body::SalesInvoice(self.plain_invoice(order, lines)))
    }

    pub(super) fn credit(&self, row: &str, invoice: Key) -> Result<Posting, String> {
        let note = CreditNote { invoice, reason: "cancelled after it was invoiced".into() };
        self.posting(row, "credit", Body::CreditNote(note))
    }

    pub(super) fn issue(&self, row: &str, lines: Vec<Material>) -> Result<Posting, String> {
        self.posting(row, "issue", Body::StockIssue(StockIssue { lines }))
    }

    pub(super) fn material_back(
        &self,
        row: &str,
        step: &str,
        issue: &Key,
        lines: Vec<Material>,
    ) -> Result<Posting, String> {
        self.posting(row, step, Body::StockReturn(StockReturn { issue: issue.clone(), lines }))
    }

    /// The agreed commission of one provider on `base`.
    pub(super) fn commission(
        &self,
        row: &str,
        step: &str,
        invoice: Key,
        (provider, base): (&Party, Decimal),
    ) -> Result<Posting, String> {
        let percent = self.setup.commission_percent;
        let earned = CommissionEarned {
            invoice,
            provider: provider.clone(),
            currency: self.setup.currency.clone(),
            base,
            percent,
            amount: self.rounded(base * percent / Decimal::ONE_HUNDRED),
        };
        self.posting(row, step, Body::Commission(earned))
    }

    pub(super) fn advance(
        &self,
        row: &str,
        step: &str,
        order: Option<Key>,
        amount: Decimal,
    ) -> Result<Posting, String> {
        let advance = Advance {
            order,
            customer: self.setup.customer.clone(),
            currency: self.setup.currency.clone(),
            amount,
            method: self.setup.payment_method.clone(),
            receipt: Some(format!("{}-{row}-{step}", self.setup.run)),
        };
        self.posting(row, step, Body::Advance(advance))
    }

    pub(super) fn refund(
        &self,
        row: &str,
        step: &str,
        advance: &Key,
        amount: Decimal,
    ) -> Result<Posting, String> {
        let reason = "the visit will not take place".into();
        self.posting(
            row,
            step,
            Body::AdvanceRefund(AdvanceRefund { advance: advance.clone(), amount, reason }),
        )
    }

    /// An order that stands.
    pub(super) async fn ordered(&self, row: &str, lines: Vec<Line>) -> Result<(Posting, Document), Fault> {
        let order = self.order(row, lines)?;
        let document = self.made(&order, State::Submitted).await?;
        Ok((order, document))
    }

    /// An order for one piece and the invoice posted from it, each made once.
    pub(super) async fn invoiced(&self, row: &str) -> Result<(Posting, Document), Fault> {
        let (order, _) = self.ordered(row, self.one()).await?;
        let invoice = self.invoice(row, Some(order.key), self.one())?;
        let document = self.made(&invoice, State::Posted).await?;
        Ok((invoice, document))
    }
}

/// The line as an invoice has it: billing one line of an order.
pub(super) fn billing(line: &Line, order: &Key, position: u32) -> Line {
    Line { bills: Some(OrderLine { order: order.clone(), line: position }), ..line.clone() }
}
