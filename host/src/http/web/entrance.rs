//! Logging in and out, setting a password.
//!
//! Invariant: what a link carries stands in the query, which is not logged; where somebody is sent after logging in is a
//! path of this server.

use askama::Template;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{self, Extension};
use axum::http::{HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use url::form_urlencoded;

use super::door::{self, Desk};
use super::form::{Form, PASSWORD};
use super::own;
use super::setup;
use super::trouble::{Trouble, plain};
use super::words::{self, Shell};
use super::{Need, Pages};
use crate::app::{App, Error, LogIn, NewSession, Welcome};
use crate::codes;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::http::session::{Visitor, lasts};
use crate::model::Scope;
use crate::openid::WayIn;

/// What needs no session.
pub(super) fn open_routes() -> Router<State> {
    Router::new()
        .route("/log-in", get(log_in_page).post(log_in))
        .route("/welcome", get(welcome_page).post(welcome))
}

/// What is for whoever is logged in.
pub(super) fn routes() -> Pages {
    let own = || Need::anywhere(Scope::Own);
    Pages::default()
        .get("/", own(), home)
        .get("/account", own(), own::show)
        .post("/account/password", own(), own::change_password)
        .post("/log-out", own(), log_out)
}

#[derive(Template)]
#[template(path = "log_in.html")]
struct LogInPage<'a> {
    shell: Shell,
    login: &'a str,
    to: &'a str,
    ways: Vec<WayThere>,
    problem: &'a str,
}

/// A provider that somebody may log in with, and the address that leads there.
struct WayThere {
    label: String,
    address: String,
}

#[derive(Template)]
#[template(path = "welcome.html")]
struct WelcomePage<'a> {
    shell: Shell,
    token: &'a str,
    first: bool,
    login: &'a str,
    name: &'a str,
    problem: &'a str,
}

#[derive(Template)]
#[template(path = "gone.html")]
struct Gone {
    shell: Shell,
}

/// The first page that somebody may see; while there is no company, where one is set up.
async fn home(
    extract::State(app): extract::State<State>,
    Extension(desk): Extension<Desk>,
) -> Result<Response, Problem> {
    if setup::is_due(&app, &desk).await? {
        return Ok(words::to(setup::PATH));
    }
    let shell = desk.shell("", "");
    Ok(words::to(shell.nav.first().map_or("/account", |way| way.path)))
}

fn log_in_again(app: &App, form: &Form, problem: &str) -> Response {
    log_in_form(app, StatusCode::OK, form.text("login"), form.text("to"), problem)
}

async fn log_in_page(extract::State(app): extract::State<State>, uri: Uri) -> Response {
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    let to = door::own_path(query.text("to")).unwrap_or_default();
    log_in_form(&app, StatusCode::OK, "", &to, "")
}

fn log_in_form(app: &App, status: StatusCode, login: &str, to: &str, problem: &str) -> Response {
    let there = |way: WayIn| {
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("to", to).finish();
        WayThere { address: format!("/log-in/{}?{query}", way.name), label: way.label }
    };
    let ways = app.ways_in().into_iter().map(there).collect();
    words::html(status, &LogInPage { shell: Shell::outside("Log in"), login, to, ways, problem })
}

/// The page to log in, with why somebody was not let in that goes to their provider, or comes from it.
pub(super) fn refused(app: &App, to: &str, error: Error) -> Response {
    let trouble = Trouble::from(&Problem::from(error));
    let problem = format!("{} ({}) {}", trouble.detail, trouble.code, trouble.hint.trim_end_matches('.'));
    log_in_form(app, trouble.status(), "", to, &problem)
}

async fn log_in(
    extract::State(app): extract::State<State>,
    visitor: Visitor,
    body: Bytes,
) -> Result<Response, Problem> {
    visitor.site.same_origin(&visitor.headers)?;
    let form = Form::parse(&body);
    let wanted = LogIn { login: form.text("login").to_owned(), password: password(&body) };
    match app.log_in(&wanted, &visitor.address, &visitor.agent).await {
        Ok(session) => {
            let to = door::own_path(form.text("to")).unwrap_or_else(|| "/".to_owned());
            Ok(entered(&visitor, &session, &to))
        }
        Err(Error::LogInRefused) => Ok(log_in_again(&app, &form, codes::LOG_IN_REFUSED.title)),
        Err(Error::TooOften { seconds }) => Ok(log_in_again(&app, &form, &too_often(seconds))),
        Err(error) => Err(error.into()),
    }
}

/// The password as it was typed: spaces around it belong to it.
fn password(body: &[u8]) -> String {
    let mut pairs = url::form_urlencoded::parse(body);
    pairs.find(|(name, _)| name == PASSWORD).map(|(_, text)| text.into_owned()).unwrap_or_default()
}

async fn welcome_page(extract::State(app): extract::State<State>, uri: Uri) -> Result<Response, Problem> {
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    Ok(match app.is_welcome(query.text("token")).await? {
        Some(first) => password_page(&query, first, ""),
        None => gone(),
    })
}

fn password_page(form: &Form, first: bool, problem: &str) -> Response {
    let page = WelcomePage {
        shell: Shell::outside("Set a password"),
        token: form.text("token"),
        first,
        login: form.text("login"),
        name: form.text("name"),
        problem,
    };
    words::html(StatusCode::OK, &page)
}

async fn welcome(
    extract::State(app): extract::State<State>,
    visitor: Visitor,
    body: Bytes,
) -> Result<Response, Problem> {
    visitor.site.same_origin(&visitor.headers)?;
    let form = Form::parse(&body);
    let given = |name: &str| Some(form.text(name).to_owned()).filter(|text| !text.is_empty());
    let wanted = Welcome {
        token: form.text("token").to_owned(),
        password: password(&body),
        login: given("login"),
        name: given("name"),
    };
    let Some(first) = app.is_welcome(&wanted.token).await? else { return Ok(gone()) };
    let wrong = |errors: &[crate::model::FieldError]| {
        let lines: Vec<_> =
            errors.iter().map(|error| format!("{}: {}", called(&error.field), error.message)).collect();
        password_page(&form, first, &lines.join("; "))
    };
    let errors = wanted.check();
    if !errors.is_empty() {
        return Ok(wrong(&errors));
    }
    match app.welcome(&wanted, &visitor.agent).await {
        Ok(session) => Ok(entered(&visitor, &session, "/")),
        Err(Error::Invalid(errors)) => Ok(wrong(&errors)),
        Err(Error::LinkOver) => Ok(gone()),
        Err(error) => Err(error.into()),
    }
}

/// What the form calls a field.
fn called(field: &str) -> String {
    match field {
        "login" => "Your e-mail address".to_owned(),
        "name" => "Your name".to_owned(),
        other => plain(other),
    }
}

fn gone() -> Response {
    words::html(StatusCode::GONE, &Gone { shell: Shell::outside("The link does not hold") })
}

/// That somebody has to wait before the next try.
pub(super) fn too_often(seconds: u64) -> String {
    format!("There were too many tries. Wait {seconds} seconds")
}

async fn log_out(
    extract::State(app): extract::State<State>,
    Extension(desk): Extension<Desk>,
    Extension(form): Extension<Form>,
    visitor: Visitor,
) -> Result<Response, Problem> {
    if let Some((account, session)) = &desk.identity.session {
        let one = Some(*session).filter(|_| form.text("all").is_empty());
        app.end_sessions(account.id, one, &desk.identity.label).await?;
    }
    let headers = [
        (header::SET_COOKIE, visitor.site.no_cookie()),
        // What a phone keeps for where there is no reception is for nobody who comes after.
        (HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"storage\"")),
    ];
    Ok((headers, words::to("/log-in")).into_response())
}

pub(super) fn entered(visitor: &Visitor, session: &NewSession, to: &str) -> Response {
    let cookie = visitor.site.cookie(session, lasts(session));
    ([(header::SET_COOKIE, cookie)], words::to(to)).into_response()
}
