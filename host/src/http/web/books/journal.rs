//! The journal and the trial balance of a company whose books are built in.
//!
//! Invariant: built-in books that several companies share are shown to whoever may see the books of all of them.

use askama::Template;
use axum::extract::{self, Extension};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use slotledger_erp::{Days, JournalEntry, TrialBalance};

use super::super::door::Desk;
use super::super::form::Form;
use super::super::trouble::Trouble;
use super::super::words::{Choice, Shell, address, html};
use super::super::{Need, Pages};
use super::{one_of, zone};
use crate::app::{self, App, OwnBooks};
use crate::codes;
use crate::http::gate::Pin;
use crate::http::limits;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::model::{CompanyId, Scope};

const PATH: &str = "/books/journal";

/// The page.
pub(super) fn routes() -> Pages {
    Pages::default().get(PATH, Need::list(Scope::BooksRead, &[Pin::Company]), index)
}

/// One side of an entry; what is said of the whole entry stands at its first one.
struct Line {
    day: String,
    document: String,
    subject: String,
    account: String,
    debit: String,
    credit: String,
    is_first: bool,
}

/// An account, and what stands on it.
struct Account {
    code: String,
    name: String,
    debit: String,
    credit: String,
    balance: String,
}

/// What the books say of the days that were asked for.
struct Shown {
    currency: String,
    accounts: Vec<Account>,
    debit: String,
    credit: String,
    lines: Vec<Line>,
    next: Option<String>,
    is_first_page: bool,
}

#[derive(Template)]
#[template(path = "books/journal.html")]
struct JournalPage {
    shell: Shell,
    companies: Vec<Choice>,
    from: String,
    to: String,
    until: String,
    shown: What,
}

/// What there is to show of a company.
enum What {
    Books(Box<Shown>),
    /// An ERP keeps the books.
    Elsewhere,
    /// The days do not fit, or the company's connection is not configured: others can be chosen all the same.
    Missing(Trouble),
}

async fn index(
    extract::State(app): extract::State<State>,
    Extension(desk): Extension<Desk>,
    uri: Uri,
) -> Result<Response, Problem> {
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    let (choices, company) = one_of(&app, &desk, query.read("company")?).await?;
    let usual = this_month(&app, company).await?;
    let typed = |name: &str, usual: NaiveDate| match query.text(name) {
        "" => usual.to_string(),
        text => text.to_owned(),
    };
    let (from, to) = (typed("from", usual.from), typed("to", usual.to));
    let (status, until, shown) = match days(&query, usual) {
        Ok(days) => {
            let shown = what(&app, &desk, company, days, query.read("after")?.unwrap_or(0)).await?;
            (StatusCode::OK, days.to.format("%-d %b %Y").to_string(), shown)
        }
        Err(problem) => {
            let trouble = Trouble::from(&problem);
            (trouble.status(), String::new(), What::Missing(trouble))
        }
    };
    let shell = desk.shell("Journal", "/books");
    Ok(html(status, &JournalPage { shell, companies: choices, from, to, until, shown }))
}

/// This month of the company, so far.
async fn this_month(app: &App, company: CompanyId) -> Result<Days, Problem> {
    let to = app.now().with_timezone(&zone(app, company).await?).date_naive();
    Ok(Days { from: to.with_day(1).unwrap_or(to), to })
}

/// The days that are named; those that are not are the usual ones.
fn days(query: &Form, usual: Days) -> Result<Days, Problem> {
    let read = |name: &str, label: &str| {
        let wrong = |_| Problem::new(codes::BAD_QUERY, format!("{label} is not a day."));
        query.read::<NaiveDate>(name).map_err(wrong)
    };
    let to = read("to", "Last day")?.unwrap_or(usual.to);
    let from = read("from", "First day")?;
    let from = from.unwrap_or(if to == usual.to { usual.from } else { to.with_day(1).unwrap_or(to) });
    if from > to {
        return Err(Problem::new(codes::BAD_QUERY, "The last day must not be before the first one."));
    }
    Ok(Days { from, to })
}

/// The books, for whoever may see all that stands in them.
async fn what(app: &App, desk: &Desk, company: CompanyId, days: Days, after: i64) -> Result<What, Problem> {
    let (books, companies) = match app.own_books_of(company).await {
        Ok(Some(theirs)) => theirs,
        Ok(None) => return Ok(What::Elsewhere),
        Err(error @ app::Error::NoConnection(_)) => {
            return Ok(What::Missing(Trouble::from(&Problem::from(error))));
        }
        Err(error) => return Err(error.into()),
    };
    if companies.iter().all(|company| desk.reaches(Scope::BooksRead, *company)) {
        return Ok(What::Books(Box::new(shown(&books, days, company, after).await?)));
    }
    let why = "These books hold documents of companies whose books are not yours to see.";
    Err(Problem::new(codes::FORBIDDEN, why))
}

async fn shown(books: &OwnBooks, days: Days, company: CompanyId, after: i64) -> Result<Shown, Problem> {
    let mut entries = books.entries(days, after, limits::PAGE + 1).await?;
    let more = entries.len() > limits::PAGE as usize;
    entries.truncate(limits::PAGE as usize);
    let next = entries.last().filter(|_| more).map(|last| {
        let (company, after) = (company.to_string(), last.id.to_string());
        let (from, to) = (days.from.to_string(), days.to.to_string());
        address(PATH, &[("company", &company), ("from", &from), ("to", &to), ("after", &after)])
    });
    let TrialBalance { accounts, debit, credit, currency } = books.trial_balance(days.to).await?;
    let account = |account: slotledger_erp::AccountBalance| Account {
        balance: (account.debit - account.credit).to_string(),
        debit: amount(account.debit),
        credit: amount(account.credit),
        code: account.account,
        name: account.name,
    };
    Ok(Shown {
        currency,
        accounts: accounts.into_iter().map(account).collect(),
        debit: debit.to_string(),
        credit: credit.to_string(),
        lines: entries.into_iter().flat_map(lines).collect(),
        next,
        is_first_page: after == 0,
    })
}

fn lines(entry: JournalEntry) -> Vec<Line> {
    let JournalEntry { date, document, subject, lines, .. } = entry;
    let day = date.format("%-d %b %Y").to_string();
    let line = |(n, line): (usize, slotledger_erp::JournalLine)| Line {
        day: day.clone(),
        document: document.clone(),
        subject: subject.clone(),
        account: format!("{} {}", line.account, line.name),
        debit: amount(line.debit),
        credit: amount(line.credit),
        is_first: n == 0,
    };
    lines.into_iter().enumerate().map(line).collect()
}

/// Nothing stands as nothing: a column of zeros hides what is there.
fn amount(amount: Decimal) -> String {
    if amount.is_zero() { String::new() } else { amount.to_string() }
}
