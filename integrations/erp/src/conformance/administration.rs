//! What an administrator relies on: looking changes nothing, and lists have everything once.

use std::collections::HashSet;

use chrono::Days as Span;

use super::judgement::{amount, equal, require};
use super::report::{Fault, Outcome};
use super::session::Session;
use crate::{
    Administration, Body, Class, Days, Document, Failure, Kind, Listed, MAX_PAGE, Mode, Page, Posting,
    Record, RecordKind, Standing, State,
};

/// Half a million entries: a list that goes on longer goes in circles.
const MAX_PAGES: usize = 1_000;

/// How long before the run nothing of it is found.
const LONG_BEFORE: Span = Span::new(800);

/// An administrator's session: the same books, and more to ask of them.
pub(super) struct Desk<'a> {
    pub(super) s: &'a Session<'a>,
    pub(super) books: &'a dyn Administration,
}

impl Desk<'_> {
    pub(super) async fn looks(&self) -> Outcome {
        let first = self.books.prepare(Mode::Look).await.map_err(|failure| failed("looking", &failure))?;
        let second = self.books.prepare(Mode::Look).await.map_err(|failure| failed("looking", &failure))?;
        let seen = |checks: &[crate::Check]| -> Vec<(String, Standing)> {
            checks.iter().map(|check| (check.name.clone(), check.standing)).collect()
        };
        require(!first.is_empty(), || "nothing was looked at".into())?;
        equal("what a second look finds", &seen(&second), &seen(&first))?;
        let unfit = first.iter().filter(|check| matches!(check.standing, Standing::Wrong | Standing::Made));
        let unfit: Vec<String> = unfit.map(|check| format!("{}: {}", check.name, check.detail)).collect();
        require(unfit.is_empty(), || unfit.join("; "))?;
        let doubtful = first.iter().filter(|check| check.standing != Standing::Ready).count();
        Ok(format!("{} things looked at, {doubtful} of them not quite ready", first.len()))
    }

    /// The kind's records, each code once, and among them what the suite uses.
    pub(super) async fn records(&self, kind: RecordKind) -> Outcome {
        let mut codes = HashSet::new();
        let mut after: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let page: Page<Record> = self
                .books
                .records(kind, after.as_deref())
                .await
                .map_err(|failure| failed("listing records", &failure))?;
            sized(page.entries.len())?;
            for record in page.entries {
                require(!record.code.is_empty(), || format!("`{}` has no code", record.name))?;
                let code = record.code.clone();
                require(codes.insert(record.code), || format!("`{code}` is listed twice"))?;
            }
            after = page.next;
            if after.is_none() {
                self.uses(kind, &codes)?;
                return Ok(format!("{} listed", codes.len()));
            }
        }
        Err(Fault::Wrong(format!("the list does not end after {MAX_PAGES} pages")))
    }

    fn uses(&self, kind: RecordKind, codes: &HashSet<String>) -> Result<(), String> {
        let setup = self.s.setup;
        let used = match kind {
            RecordKind::Item => vec![&setup.service_item.code, &setup.material.item.code],
            RecordKind::Customer => vec![&setup.customer.code],
            RecordKind::Provider => vec![&setup.provider.code, &setup.second_provider.code],
            RecordKind::Warehouse => vec![&setup.material.warehouse],
            RecordKind::TaxTemplate => Vec::new(),
        };
        let missing: Vec<&str> =
            used.into_iter().filter(|code| !codes.contains(*code)).map(String::as_str).collect();
        require(missing.is_empty(), || format!("not listed: {}", missing.join(", ")))
    }

    /// What was made is listed under its key, once, as it stands, and on its day only.
    pub(super) async fn documents(&self) -> Outcome {
        let today = self.s.setup.date;
        let mut found = 0_usize;
        for kind in Kind::ALL {
            let listed = self.listed(kind, Days { from: today, to: today }).await?;
            for (posting, _) in self.s.all_made().iter().filter(|(posting, _)| posting.kind() == kind) {
                let ours: Vec<&Listed> =
                    listed.iter().filter(|entry| entry.key.as_ref() == Some(&posting.key)).collect();
                match ours.as_slice() {
                    [only] => same(only, &self.s.standing(posting).await?)?,
                    [] if !always_listed(kind) => continue,
                    several => {
                        return Err(format!("{} is listed {} times", posting.key, several.len()).into());
                    }
                }
                found += 1;
            }
        }
        let before = today.checked_sub_days(LONG_BEFORE).unwrap_or(today);
        let old = self.listed(Kind::SalesOrder, Days { from: before, to: before }).await?;
        let ours = format!("{}/", self.s.setup.run);
        let stray =
            old.iter().filter_map(|entry| entry.key.as_ref()).find(|key| key.as_str().starts_with(&ours));
        require(stray.is_none(), || format!("orders of today are listed on {before}"))?;
        Ok(format!("{found} of this run listed, each once"))
    }

    async fn listed(&self, kind: Kind, days: Days) -> Result<Vec<Listed>, Fault> {
        let mut all: Vec<Listed> = Vec::new();
        let mut after: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let page = self
                .books
                .documents(kind, days, after.as_deref())
                .await
                .map_err(|failure| failed("listing documents", &failure))?;
            sized(page.entries.len())?;
            all.extend(page.entries);
            after = page.next;
            if after.is_none() {
                return once_each(kind, all);
            }
        }
        Err(Fault::Wrong(format!("the list does not end after {MAX_PAGES} pages")))
    }

    /// A document that has a key already, and one that is not there, are not adopted.
    pub(super) async fn not_adopted(&self) -> Outcome {
        let s = self.s;
        let fee = s.invoice("keyed", None, s.one())?;
        let standing = s.made(&fee, State::Posted).await?;
        let other = s.posting("keyed", "other", Body::SalesInvoice(s.plain_invoice(None, s.one())))?;
        let words = self.turned_away(&other, &standing.reference).await?;
        self.turned_away(&other, "no-such-document-0").await?;
        equal("document with its own key", &s.standing(&fee).await?, &standing)?;
        Ok(words)
    }

    /// A document is read for adoption as it is found.
    pub(super) async fn candidate(&self) -> Outcome {
        let s = self.s;
        let fee = s.invoice("candidate", None, s.one())?;
        let standing = s.made(&fee, State::Posted).await?;
        let read = self.books.candidate(&fee, &standing.reference).await;
        let read = read.map_err(|failure| failed("reading it for adoption", &failure))?;
        equal("document read for adoption", &read, &standing)?;
        equal("document afterwards", &s.standing(&fee).await?, &standing)?;
        Ok(standing.number)
    }

    async fn turned_away(&self, posting: &Posting, reference: &str) -> Outcome {
        match self.books.candidate(posting, reference).await {
            Ok(document) => return Err(format!("{} was read for adoption", document.number).into()),
            Err(Failure { class: Class::Refused { .. }, .. }) => {}
            Err(failure) => return Err(failed("not refused but", &failure)),
        }
        match self.books.adopt(posting, reference).await {
            Ok(document) => Err(format!("{} was adopted all the same", document.number).into()),
            Err(Failure { class: Class::Refused { .. }, message }) => {
                let found = self.s.find(posting).await?;
                require(found.is_empty(), || format!("refused, but {} stand", found.len()))?;
                Ok(message)
            }
            Err(failure) => Err(failed("not refused but", &failure)),
        }
    }

    pub(super) async fn balanced(&self) -> Outcome {
        let balance = self.books.balance().await.map_err(|failure| failed("the balance", &failure))?;
        amount("the sum of all debits", balance.debit, balance.credit)?;
        Ok(format!("{} on either side", balance.debit))
    }
}

/// Kinds that are documents of their own with our key on them, in any books.
const fn always_listed(kind: Kind) -> bool {
    matches!(kind, Kind::SalesOrder | Kind::SalesInvoice | Kind::StockIssue | Kind::Advance)
}

fn once_each(kind: Kind, all: Vec<Listed>) -> Result<Vec<Listed>, Fault> {
    let mut references = HashSet::new();
    let twice = all.iter().find(|entry| !references.insert(&entry.reference));
    match twice {
        Some(entry) => Err(format!("{} {} is listed twice", kind.as_str(), entry.number).into()),
        None => Ok(all),
    }
}

/// A list says the same as a look-up.
fn same(entry: &Listed, document: &Document) -> Result<(), String> {
    let about = |what: &str| format!("{what} of {} in the list", document.key);
    equal(&about("reference"), &entry.reference, &document.reference)?;
    equal(&about("number"), &entry.number, &document.number)?;
    equal(&about("state"), &entry.state, &document.state)?;
    equal(&about("currency"), &entry.currency, &document.currency)?;
    amount(&about("total"), entry.total, document.total)?;
    equal(&about("party"), &entry.party, &document.party)
}

fn sized(entries: usize) -> Result<(), String> {
    require(entries <= MAX_PAGE, || format!("a page has {entries} entries, above {MAX_PAGE}"))
}

pub(super) fn failed(what: &str, failure: &Failure) -> Fault {
    Fault::Wrong(format!("{what}: {failure} ({:?})", failure.class))
}
