//! The pages that accounts need: logging in, setting a password, seeing who one is. Plain forms, no script.
//!
//! Invariants: everything shown is escaped; nothing is kept by caches, framed, or run. What a link carries stands in the
//! query, which is not logged.

use std::collections::HashMap;

use axum::Router;
use axum::body::Bytes;
use axum::extract;
use axum::http::{HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use url::form_urlencoded;

use super::operation::State;
use super::problem::Problem;
use super::session::{Visitor, lasts};
use super::site;
use crate::app::{Error, Identity, LogIn, NewSession, Welcome};
use crate::codes;

/// The pages.
pub(super) fn routes() -> Router<State> {
    Router::new()
        .route("/log-in", get(async || log_in_page("", "")).post(log_in))
        .route("/welcome", get(welcome_page).post(welcome))
        .route("/account", get(account))
        .route("/log-out", post(log_out))
}

async fn log_in(
    extract::State(app): extract::State<State>,
    visitor: Visitor,
    body: Bytes,
) -> Result<Response, Problem> {
    visitor.site.same_origin(&visitor.headers)?;
    let mut form = form(&body);
    let (login, password) = (field(&mut form, "login"), field(&mut form, "password"));
    let wanted = LogIn { login, password };
    match app.log_in(&wanted, &visitor.address, &visitor.agent).await {
        Ok(session) => Ok(entered(&visitor, &session)),
        Err(Error::LogInRefused) => Ok(log_in_page(&wanted.login, codes::LOG_IN_REFUSED.title)),
        Err(Error::TooOften { seconds }) => {
            Ok(log_in_page(&wanted.login, &format!("There were too many tries. Wait {seconds} seconds.")))
        }
        Err(error) => Err(error.into()),
    }
}

fn log_in_page(login: &str, problem: &str) -> Response {
    page(
        "Log in",
        &format!(
            "{}<form method=\"post\" action=\"/log-in\">{}{}<p><button>Log in</button></p></form>",
            said(problem),
            input("login", "E-mail address", "email", "username", login),
            input("password", "Password", "password", "current-password", ""),
        ),
    )
}

async fn welcome_page(extract::State(app): extract::State<State>, uri: Uri) -> Result<Response, Problem> {
    let token = field(&mut form(uri.query().unwrap_or_default().as_bytes()), "token");
    Ok(match app.is_welcome(&token).await? {
        Some(first) => password_page(&token, first, ""),
        None => gone(),
    })
}

fn password_page(token: &str, first: bool, problem: &str) -> Response {
    let who = if first {
        let login = input("login", "Your e-mail address", "email", "username", "");
        format!(
            "<p>You become the first administrator.</p>{login}{}",
            input("name", "Your name", "text", "name", "")
        )
    } else {
        String::new()
    };
    page(
        "Set a password",
        &format!(
            "{}<form method=\"post\" action=\"/welcome\"><input type=\"hidden\" name=\"token\" value=\"{}\">{who}{}\
             <p><button>Set the password</button></p></form>",
            said(problem),
            escaped(token),
            input("password", "Password, at least 12 characters", "password", "new-password", ""),
        ),
    )
}

async fn welcome(
    extract::State(app): extract::State<State>,
    visitor: Visitor,
    body: Bytes,
) -> Result<Response, Problem> {
    visitor.site.same_origin(&visitor.headers)?;
    let mut form = form(&body);
    let mut given = |name: &str| Some(field(&mut form, name)).filter(|text| !text.is_empty());
    let wanted = Welcome {
        token: given("token").unwrap_or_default(),
        password: given("password").unwrap_or_default(),
        login: given("login"),
        name: given("name"),
    };
    let Some(first) = app.is_welcome(&wanted.token).await? else { return Ok(gone()) };
    let wrong = |errors: &[crate::model::FieldError]| {
        let lines: Vec<_> =
            errors.iter().map(|error| format!("{}: {}", error.field, error.message)).collect();
        password_page(&wanted.token, first, &lines.join("; "))
    };
    let errors = wanted.check();
    if !errors.is_empty() {
        return Ok(wrong(&errors));
    }
    match app.welcome(&wanted, &visitor.agent).await {
        Ok(session) => Ok(entered(&visitor, &session)),
        Err(Error::Invalid(errors)) => Ok(wrong(&errors)),
        Err(Error::LinkOver) => Ok(gone()),
        Err(error) => Err(error.into()),
    }
}

fn gone() -> Response {
    let text = "<p>Each link is good once and for a day. Ask an administrator for another one.</p>";
    (StatusCode::GONE, page("The link does not hold", text)).into_response()
}

async fn account(extract::State(app): extract::State<State>, visitor: Visitor) -> Result<Response, Problem> {
    let Some((secret, who)) = known(&app, &visitor).await? else { return Ok(to("/log-in")) };
    let roles: Vec<_> = who.grants.iter().map(|grant| grant.role.as_str().replace('_', " ")).collect();
    let Some(account) = who.account() else { return Ok(to("/log-in")) };
    let sessions = app.account_sessions(account).await?.into_iter().map(|session| {
        let used = session.used_at.format("%Y-%m-%d %H:%M UTC");
        format!("<li>{}, last used {used}</li>", escaped(&session.agent))
    });
    let body = format!(
        "<p>{}</p><p>{}</p><h2>Sessions</h2><ul>{}</ul><form method=\"post\" action=\"/log-out\">\
         <input type=\"hidden\" name=\"csrf\" value=\"{}\"><p><button>Log out</button> \
         <button name=\"all\" value=\"yes\">Log out everywhere</button></p></form>",
        escaped(&who.label),
        escaped(&roles.join(", ")),
        sessions.collect::<String>(),
        site::token(&secret),
    );
    Ok(page("Your account", &body))
}

async fn log_out(
    extract::State(app): extract::State<State>,
    visitor: Visitor,
    body: Bytes,
) -> Result<Response, Problem> {
    visitor.site.same_origin(&visitor.headers)?;
    let mut form = form(&body);
    if let Some((secret, who)) = known(&app, &visitor).await?
        && let Some((account, session)) = &who.session
    {
        if !site::is_token(&field(&mut form, "csrf"), &secret) {
            return Err(Problem::new(codes::FOREIGN_PAGE, "The form lacks the session's token."));
        }
        let one = Some(*session).filter(|_| !form.contains_key("all"));
        app.end_sessions(account.id, one, &who.label).await?;
    }
    Ok(([(header::SET_COOKIE, visitor.site.no_cookie())], to("/log-in")).into_response())
}

async fn known(app: &State, visitor: &Visitor) -> Result<Option<(String, Identity)>, Problem> {
    let Some(secret) = visitor.site.session(&visitor.headers) else { return Ok(None) };
    Ok(app.identify_session(&secret).await?.map(|who| (secret, who)))
}

fn entered(visitor: &Visitor, session: &NewSession) -> Response {
    let cookie = visitor.site.cookie(session, lasts(session));
    ([(header::SET_COOKIE, cookie)], to("/account")).into_response()
}

fn to(path: &'static str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, HeaderValue::from_static(path))]).into_response()
}

fn form(body: &[u8]) -> HashMap<String, String> {
    form_urlencoded::parse(body).into_owned().collect()
}

fn field(form: &mut HashMap<String, String>, name: &str) -> String {
    form.remove(name).unwrap_or_default()
}

fn said(problem: &str) -> String {
    if problem.is_empty() {
        String::new()
    } else {
        format!("<p role=\"alert\">{}.</p>", escaped(problem.trim_end_matches('.')))
    }
}

fn input(name: &str, label: &str, kind: &str, complete: &str, value: &str) -> String {
    format!(
        "<p><label for=\"{name}\">{label}</label><br>\
         <input id=\"{name}\" name=\"{name}\" type=\"{kind}\" autocomplete=\"{complete}\" value=\"{}\" required></p>",
        escaped(value)
    )
}

const HEADERS: [(HeaderName, HeaderValue); 5] = [
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        ),
    ),
    // With no-referrer browsers would send the forms from an origin called null.
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
];

fn page(title: &str, body: &str) -> Response {
    let text = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{title} · Slotledger</title></head>\
         <body><main><h1>{title}</h1>{body}</main></body></html>"
    );
    (HEADERS, text).into_response()
}

fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut safe, letter| {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            letter => safe.push(letter),
        }
        safe
    })
}
