//! The fourth step: where the books stand, and whether they are ready, told check by check as the answers come in.
//!
//! Invariant: looking changes nothing; only the form that says so makes what is missing. Neither shows or takes a secret.

use std::convert::Infallible;
use std::sync::Arc;

use askama::Template;
use axum::body::Body;
use axum::extract::{self, Extension};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::channel::mpsc;
use futures::{StreamExt, stream};
use slotledger_erp::{Check, Standing};

use super::super::door::Desk;
use super::super::form::Form;
use super::super::words::{self, Shell};
use super::super::wrong::Wrong;
use super::lines::{self, Lines};
use super::{Frame, PATH, path};
use crate::app::{self, App, ConnectionView, Step};
use crate::codes;
use crate::http::auth::Caller;
use crate::http::extract::Id;
use crate::http::gate;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::model::{Company, CompanyId, Grant, Scope};

/// Where the checks go in the page.
const MARK: &str = "<!-- checks -->";

/// The kind of the books that are built in.
const LEDGER: &str = "ledger";

/// The check that says whose books they are.
const OWNER: &str = "company";

#[derive(Template)]
#[template(path = "setup/books.html")]
struct Page {
    shell: Shell,
    frame: Frame,
    wrong: Wrong,
    action: String,
    onward: String,
    connections: Vec<Connection>,
    chosen: String,
    missing: String,
    asks: bool,
    lines: Vec<Lines>,
}

/// A connection to choose.
struct Connection {
    name: String,
    about: String,
    is_chosen: bool,
}

#[derive(Template)]
#[template(path = "setup/check.html")]
struct Line<'a> {
    tone: &'static str,
    standing: &'static str,
    name: &'a str,
    detail: &'a str,
    fix: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "setup/verdict.html")]
struct Verdict<'a> {
    tone: &'static str,
    said: String,
    can_apply: bool,
    csrf: &'a str,
    company: CompanyId,
    connection: &'a str,
}

pub(super) async fn show(
    extract::State(app): extract::State<State>,
    Id(id): Id<CompanyId>,
    Extension(desk): Extension<Desk>,
) -> Result<Response, Problem> {
    page(&app, &desk, id, Wrong::default()).await
}

async fn page(app: &Arc<App>, desk: &Desk, id: CompanyId, wrong: Wrong) -> Result<Response, Problem> {
    let setup = app.setup(id).await?;
    let company = &setup.company.data;
    let chosen = company.erp.clone();
    let mut configured: Vec<ConnectionView> = Vec::new();
    for known in app.connections().await?.into_iter().filter(|known| known.kind.is_some()) {
        // What could not be chosen is nobody's business either.
        if gate::joins_books(app, &desk.identity, id, &known.name).await.is_ok() {
            configured.push(known);
        }
    }
    let is_own = configured.iter().any(|known| known.name == chosen && known.kind == Some(LEDGER));
    let is_there = configured.iter().any(|known| known.name == chosen);
    let missing = match (is_there, setup.has_books) {
        (false, _) => {
            format!("No connection of this server keeps books in {} yet; see below.", company.currency)
        }
        (true, false) => {
            format!("The books of «{chosen}» are kept in another currency than {}.", company.currency)
        }
        (true, true) => String::new(),
    };
    // How a connection stands is nobody's business who works for one company of several.
    let asks = is_there && desk.identity.grants_for(Scope::BooksRead).iter().any(Grant::is_everywhere);
    let status = wrong.status();
    let page = Page {
        shell: desk.shell("Books", PATH),
        frame: Frame::at(Step::Books, Some(&setup)),
        wrong,
        action: path(id, Step::Books),
        onward: path(id, Step::Done),
        connections: configured.into_iter().map(|known| connection(known, company)).collect(),
        lines: lines::all(company, !is_there),
        chosen: chosen.clone(),
        missing,
        asks,
    };
    if !asks {
        return Ok(words::html(status, &page));
    }
    let text = page.render().map_err(|error| app::Error::Inside(error.to_string()))?;
    let (before, after) = text.split_once(MARK).unwrap_or((text.as_str(), ""));
    let owner = is_own.then(|| company.name.clone());
    let place =
        Place { company: id, owner, connection: chosen, csrf: desk.csrf.clone(), may: may_apply(desk) };
    Ok((status, words::HEADERS, live(app.clone(), place, before.to_owned(), after.to_owned()))
        .into_response())
}

fn connection(known: ConnectionView, company: &Company) -> Connection {
    let is_chosen = known.name == company.erp;
    let kind = known.kind.unwrap_or_default();
    let product = known.product.map(|product| format!("{product} {}", known.version.unwrap_or_default()));
    let mut about: Vec<String> = vec![match kind {
        LEDGER => "the built-in ledger".to_owned(),
        other => product.unwrap_or_else(|| other.to_owned()),
    }];
    match kind {
        // Built-in books are of whoever keeps them; what the configuration calls them is older than the company.
        LEDGER => about.extend(is_chosen.then(|| company.name.clone())),
        _ => about.extend(known.erp_company),
    }
    about.extend(known.currency);
    Connection { is_chosen, name: known.name, about: about.join(" · ") }
}

fn may_apply(desk: &Desk) -> bool {
    desk.identity.grants_for(Scope::BooksWrite).iter().any(Grant::is_everywhere)
}

/// Whose books are asked, and what the form to make what is missing carries.
struct Place {
    company: CompanyId,
    /// What the company of built-in books is called.
    owner: Option<String>,
    connection: String,
    csrf: String,
    may: bool,
}

/// The page, sent as far as it is known: its head at once, each check when the books have answered, then the rest.
fn live(app: Arc<App>, place: Place, before: String, after: String) -> Body {
    let (tell, told) = mpsc::unbounded();
    let (name, owner) = (place.connection.clone(), place.owner.clone());
    let asked = tokio::spawn(async move {
        let tell = move |check: &Check| drop(tell.unbounded_send(check.clone()));
        app.look_at_books(&name, &tell).await
    });
    let verdict = async move {
        let said = match asked.await {
            Ok(Ok(checks)) => verdict(&place, &checks),
            Ok(Err(error)) => unanswered(&place, &Problem::from(error)),
            Err(_) => String::new(),
        };
        format!("{said}{after}")
    };
    let head = stream::once(async move { format!("{before}<ul class=\"checks\">") });
    let checks = told.map(move |check| line(&check, owner.as_deref()));
    let whole = head.chain(checks).chain(stream::once(verdict));
    Body::from_stream(whole.map(|text| Ok::<_, Infallible>(Bytes::from(text))))
}

fn line(check: &Check, owner: Option<&str>) -> String {
    let (tone, standing) = match check.standing {
        Standing::Ready => ("done", "Ready"),
        Standing::Missing => ("leased", "Would be made"),
        Standing::Made => ("done", "Made"),
        Standing::Doubtful => ("pending", "Worth a look"),
        Standing::Wrong => ("parked", "Failing"),
    };
    let Check { name, detail, fix, .. } = check;
    let detail = owner.filter(|_| name == OWNER).unwrap_or(detail);
    Line { tone, standing, name, detail, fix: fix.as_deref() }.render().unwrap_or_default()
}

fn verdict(place: &Place, checks: &[Check]) -> String {
    let count = |standing| checks.iter().filter(|check| check.standing == standing).count();
    let (wrong, missing) = (count(Standing::Wrong), count(Standing::Missing));
    let (tone, said) = match (wrong, missing) {
        (0, 0) => ("good", format!("«{}» is ready.", place.connection)),
        (0, missing) => ("warn", format!("{missing} of these are missing and can be made from here.")),
        (wrong, _) => ("bad", format!("{wrong} of these have to be put right in the ERP.")),
    };
    told(place, tone, said, place.may && missing > 0)
}

fn unanswered(place: &Place, problem: &Problem) -> String {
    let text = |name: &str| problem.details()[name].as_str().unwrap_or_default().to_owned();
    told(place, "bad", format!("{} {} ({})", text("detail"), text("hint"), text("code")), false)
}

fn told(place: &Place, tone: &'static str, said: String, can_apply: bool) -> String {
    let Place { company, connection, csrf, .. } = place;
    let verdict = Verdict { tone, said, can_apply, csrf, company: *company, connection };
    verdict.render().unwrap_or_default()
}

pub(super) async fn choose(
    extract::State(app): extract::State<State>,
    Id(id): Id<CompanyId>,
    Extension(desk): Extension<Desk>,
    Extension(Caller(by)): Extension<Caller>,
    Extension(form): Extension<Form>,
) -> Result<Response, Problem> {
    gate::joins_books(&app, &desk.identity, id, form.text("erp")).await?;
    match app.choose_books(&by, id, form.text("erp")).await {
        Ok(()) => Ok(words::to(&format!("{}?done=books", path(id, Step::Books)))),
        Err(error) => page(&app, &desk, id, Wrong::of(error)).await,
    }
}

/// Does what `slotledger connect --apply` does.
pub(super) async fn apply(
    extract::State(app): extract::State<State>,
    Extension(Caller(by)): Extension<Caller>,
    Extension(form): Extension<Form>,
) -> Result<Response, Problem> {
    let none = || Problem::new(codes::BAD_QUERY, "The form names no company.");
    let company = form.read::<CompanyId>("company")?.ok_or_else(none)?;
    let connection = form.text("connection");
    app.prepare_books(connection, &by, &|_| {}).await?;
    Ok(words::to(&format!("{}?done=prepared", path(company, Step::Books))))
}
