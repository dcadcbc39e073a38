//! What an administrator does with the ledger. There is nothing to set up: opening the file has made everything.

use async_trait::async_trait;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use slotledger_erp::conformance::Setup;
use slotledger_erp::{
    Administration, Balance, Check, Checks, Days, Document, Failure, Item, Journal, Key, Kind, Listed,
    MAX_PAGE, Material, Mode, Page, Party, Posting, Reason, Receipt, Record, RecordKind, Stock, Tell,
};

use crate::ledger::used;
use crate::reading::{Cursor, Filed};
use crate::{Error, Ledger, reading, records};

/// Where the suite's materials lie.
const TEST_WAREHOUSE: &str = "Certification";

/// What the suite uses of its material at one time: three lots of three.
const TEST_STOCK: u32 = 9;

#[async_trait]
impl Administration for Ledger {
    async fn prepare_telling(&self, _: Mode, tell: Tell<'_>) -> Result<Vec<Check>, Failure> {
        let currency = &self.books.currency;
        let trial = self.trial_balance().await?;
        let balances = format!("{} debited, {} credited", trial.debit, trial.credit);
        let accounts = if trial.debit == trial.credit {
            Check::ready("accounts", format!("{} accounts, {balances}", trial.accounts.len()))
        } else {
            Check::wrong("accounts", balances, "Restore the file from a backup: entries always balance.")
        };
        let closed = match self.closed_until().await? {
            Some(until) => format!("closed until {until}"),
            None => "all days are open".to_owned(),
        };
        let mut checks = Checks::told(tell);
        checks.extend([
            Check::ready("company", self.books.company.clone()),
            Check::ready("currency", format!("{} with {} decimals", currency.code, currency.digits)),
            accounts,
            Check::ready("periods", closed),
        ]);
        Ok(checks.all())
    }

    async fn records(&self, kind: RecordKind, after: Option<&str>) -> Result<Page<Record>, Failure> {
        let mut connection = self.readers.acquire().await.map_err(Error::Store)?;
        Ok(records::page(&mut connection, &self.books, kind, after).await?)
    }

    async fn documents(&self, kind: Kind, days: Days, after: Option<&str>) -> Result<Page<Listed>, Failure> {
        Ok(self.listed(kind, days, after).await?)
    }

    async fn candidate(&self, posting: &Posting, reference: &str) -> Result<Document, Failure> {
        let mut connection = self.readers.acquire().await.map_err(Error::Store)?;
        let found = match reference.parse() {
            Ok(id) => reading::by_id(&mut connection, id).await?,
            Err(_) => None,
        };
        let filed = found.ok_or_else(|| {
            let message = format!("the ledger has no document `{reference}`");
            Error::refused(Reason::MissingDocument, message, "Take a reference from the list of documents.")
        })?;
        if filed.is(posting.kind()) && filed.key()? == posting.key {
            return Ok(self.asked_for(&filed)?);
        }
        // Nothing in these books was made by hand: every document has a key from its first day.
        Err(used(&filed, &filed.key()?).into())
    }

    async fn adopt(&self, posting: &Posting, reference: &str) -> Result<Document, Failure> {
        // What may be adopted here has its key already.
        self.candidate(posting, reference).await
    }

    async fn furnish(&self, run: &str, today: NaiveDate) -> Result<Setup, Failure> {
        let filter = test_item("certify-filter", "Filter");
        let rare = test_item("certify-rare", "Rare part");
        let held = self.test_stock(&filter.code).await?;
        if held < Decimal::from(TEST_STOCK) {
            self.receive(&goods(run, today, &filter, Decimal::from(TEST_STOCK) - held)?).await?;
        }
        if self.test_stock(&rare.code).await? == Decimal::ZERO {
            self.receive(&goods(run, today, &rare, Decimal::ONE)?).await?;
        }
        let scarce = self.test_stock(&rare.code).await? + Decimal::ONE;
        let currency = &self.books.currency;
        Ok(Setup {
            run: run.to_owned(),
            date: today,
            currency: currency.code.clone(),
            currency_digits: currency.digits,
            customer: test_party("certify-customer", "Customer"),
            provider: test_party("certify-provider", "Provider"),
            second_provider: test_party("certify-provider-2", "Second provider"),
            service_item: test_item("certify-visit", "Visit"),
            unit_price: currency.amount(120 * 10_i64.pow(currency.digits) - 1),
            fraction: Some(Decimal::new(333, 3)),
            coupon_item: test_item("certify-coupon", "Coupon"),
            commission_percent: Decimal::new(125, 1),
            material: material(filter, Decimal::from(3)),
            scarce: Some(material(rare, scarce)),
            payment_method: None,
            foreign: None,
        })
    }

    fn journal(&self) -> Option<&dyn Journal> {
        Some(self)
    }

    fn stock(&self) -> Option<&dyn Stock> {
        Some(self)
    }

    async fn balance(&self) -> Result<Balance, Failure> {
        let trial = self.trial_balance().await?;
        Ok(Balance { debit: trial.debit, credit: trial.credit })
    }
}

impl Ledger {
    async fn listed(&self, kind: Kind, days: Days, after: Option<&str>) -> Result<Page<Listed>, Error> {
        let after = after.and_then(Cursor::parse).unwrap_or_default();
        let mut connection = self.readers.acquire().await?;
        let filed = reading::of_days(&mut connection, kind, days, &after).await?;
        let page = filed.get(..MAX_PAGE).unwrap_or(&filed);
        let next = if filed.len() > MAX_PAGE {
            page.last().map(|last| Cursor::after(last).to_string())
        } else {
            None
        };
        let listed = |filed: &Filed| Ok(listed(self.asked_for(filed)?, filed.date()?));
        let entries = page.iter().map(listed).collect::<Result<_, Error>>()?;
        Ok(Page { entries, next })
    }

    async fn test_stock(&self, item: &str) -> Result<Decimal, Error> {
        let levels = self.stock_on_hand(item).await?;
        Ok(levels.iter().filter(|level| level.warehouse == TEST_WAREHOUSE).map(|level| level.quantity).sum())
    }
}

fn listed(document: Document, date: NaiveDate) -> Listed {
    Listed {
        key: Some(document.key),
        reference: document.reference,
        number: document.number,
        state: document.state,
        currency: document.currency,
        total: document.total,
        date,
        party: document.party,
    }
}

fn test_item(code: &str, name: &str) -> Item {
    Item { code: code.to_owned(), name: format!("{name} (certification)") }
}

fn test_party(code: &str, name: &str) -> Party {
    let name = format!("{name} (certification)");
    Party { code: code.to_owned(), name, email: None, phone: None, address: None }
}

fn material(item: Item, quantity: Decimal) -> Material {
    Material { item, quantity, unit: "Unit".to_owned(), warehouse: TEST_WAREHOUSE.to_owned() }
}

fn goods(run: &str, date: NaiveDate, item: &Item, quantity: Decimal) -> Result<Receipt, Error> {
    let key = format!("{run}/furnish/{}", item.code);
    let key = Key::parse(&key).ok_or_else(|| {
        Error::refused(Reason::Other, format!("`{key}` is no key"), "Name the run in plain characters.")
    })?;
    Ok(Receipt {
        key,
        date,
        item: item.clone(),
        quantity,
        unit: "Unit".to_owned(),
        unit_cost: Decimal::new(713, 2),
        warehouse: TEST_WAREHOUSE.to_owned(),
        reference: None,
    })
}
