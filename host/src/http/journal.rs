//! The journal and the trial balance of the built-in books.

use axum::Json;
use axum::extract;
use chrono::{NaiveDate, TimeDelta};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use slotledger_erp::{AccountBalance, Days, JournalEntry, JournalLine, TrialBalance};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;

use super::extract::{Checked, Id, Query};
use super::gate::Need;
use super::limits;
use super::operation::{Operation, State};
use super::problem::Problem;
use super::schema::{Page, PageOf};
use crate::app::App;
use crate::model::Scope;
use crate::model::fields::Fields;

const TAG: &str = "connections";

/// The operations on them.
pub(super) fn routes() -> OpenApiRouter<State> {
    let says = "Only of built-in books: an ERP has a journal of its own.";
    let read = Operation::get("/api/v1/connections/{name}/journal", "listJournal", "List journal entries")
        .says(says)
        .named()
        .query::<Stretch>()
        .gives::<PageOf<EntryView>>(200, "A page, in the order they were posted in.");
    let add_up = Operation::get(
        "/api/v1/connections/{name}/trial-balance",
        "readTrialBalance",
        "Add up the debits and credits of each account",
    )
    .says(says)
    .named()
    .query::<Until>()
    .gives::<BalanceView>(200, "Every account, and the sums, which are equal.");
    let needs = Need::books(Scope::BooksRead);
    OpenApiRouter::default()
        .routes(read.tag(TAG).needs(&needs).to(entries))
        .routes(add_up.tag(TAG).needs(&needs).to(balance))
}

async fn entries(
    extract::State(app): extract::State<State>,
    Id(name): Id<String>,
    Query(query): Query<Stretch>,
) -> Result<Json<Page<EntryView>>, Problem> {
    let limit = query.limit.unwrap_or(limits::PAGE);
    let books = app.own_books(&name)?;
    let found = books.entries(query.days(), query.after.unwrap_or(0), limit + 1).await?;
    Ok(Json(Page::cut(found.into_iter().map(entry).collect(), limit, |entry| entry.id)))
}

async fn balance(
    extract::State(app): extract::State<State>,
    Id(name): Id<String>,
    Query(query): Query<Until>,
) -> Result<Json<BalanceView>, Problem> {
    let until = query.until.unwrap_or_else(|| today(&app));
    Ok(Json(added_up(app.own_books(&name)?.trial_balance(until).await?)))
}

/// The latest day that it is anywhere: whatever was posted until now belongs to it or to one before.
fn today(app: &App) -> NaiveDate {
    (app.now() + TimeDelta::hours(14)).date_naive()
}

/// Which entries.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct Stretch {
    /// The first day they belong to; left out, all before the last day.
    from: Option<NaiveDate>,
    /// The last day they belong to; left out, all from the first day on.
    to: Option<NaiveDate>,
    /// Only what comes after this: `next` of the page before.
    #[param(minimum = 0)]
    after: Option<i64>,
    /// How many at most; 50 if it is left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

impl Stretch {
    fn days(&self) -> Days {
        Days { from: self.from.unwrap_or(FIRST), to: self.to.unwrap_or(LAST) }
    }
}

/// Days that books write with four digits of the year.
const FIRST: NaiveDate = NaiveDate::from_ymd_opt(1, 1, 1).expect("a day");
const LAST: NaiveDate = NaiveDate::from_ymd_opt(9999, 12, 31).expect("a day");

impl Checked for Stretch {
    fn limit(&self) -> Option<u32> {
        self.limit
    }

    fn check_more(&self, fields: &mut Fields) {
        let Days { from, to } = self.days();
        fields.require(from <= to, "to", "must not be before the first day");
    }
}

/// At the end of which day.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct Until {
    /// The last day that counts; left out, today.
    until: Option<NaiveDate>,
}

impl Checked for Until {
    fn limit(&self) -> Option<u32> {
        None
    }
}

/// A journal entry.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JournalEntry)]
struct EntryView {
    /// Its number in the journal.
    id: i64,
    /// The day it belongs to.
    date: NaiveDate,
    /// The number of the document it was posted with.
    document: String,
    /// That document's key.
    key: String,
    /// What the document was about.
    subject: String,
    /// At least two, which balance.
    lines: Vec<LineView>,
}

/// One account's side: of an entry, or of all of them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JournalLine)]
struct LineView {
    /// The account's code.
    account: String,
    /// The account's name.
    name: String,
    /// What was debited.
    #[schema(value_type = String, pattern = r"^-?\d+(\.\d+)?$")]
    debit: Decimal,
    /// What was credited.
    #[schema(value_type = String, pattern = r"^-?\d+(\.\d+)?$")]
    credit: Decimal,
}

/// What stands on all accounts.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TrialBalance)]
struct BalanceView {
    /// By code, those included that nothing was posted to.
    accounts: Vec<LineView>,
    /// All debits.
    #[schema(value_type = String, pattern = r"^-?\d+(\.\d+)?$")]
    debit: Decimal,
    /// All credits, which are as much.
    #[schema(value_type = String, pattern = r"^-?\d+(\.\d+)?$")]
    credit: Decimal,
    /// ISO 4217 code.
    currency: String,
}

fn entry(entry: JournalEntry) -> EntryView {
    let JournalEntry { id, date, document, key, subject, lines } = entry;
    let line = |JournalLine { account, name, debit, credit }| LineView { account, name, debit, credit };
    EntryView {
        id,
        date,
        document,
        key: key.to_string(),
        subject,
        lines: lines.into_iter().map(line).collect(),
    }
}

fn added_up(balance: TrialBalance) -> BalanceView {
    let TrialBalance { accounts, debit, credit, currency } = balance;
    let side = |AccountBalance { account, name, debit, credit }| LineView { account, name, debit, credit };
    BalanceView { accounts: accounts.into_iter().map(side).collect(), debit, credit, currency }
}
