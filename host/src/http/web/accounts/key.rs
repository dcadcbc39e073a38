//! One API key: made, shown once, looked at, revoked.

use askama::Template;
use axum::extract::{self, Extension};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::super::assets;
use super::super::door::Desk;
use super::super::entry::Entry;
use super::super::form::Form;
use super::super::words::{self, Choice, Shell};
use super::super::wrong::Wrong;
use super::choose::{self, Choose};
use super::keys::{PATH, badge, path};
use super::person::{Trail, trail};
use super::say::{self, Badge, GrantLine};
use super::{PATH as PEOPLE, choice};
use crate::app::{App, NewKey};
use crate::http::auth::Caller;
use crate::http::extract::Id;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::model::{FieldError, Scope};

/// After how long a key ends: what forms say, and how it is called. A key that is forgotten ends by itself.
const LASTING: [(&str, &str); 5] = [
    ("30", "In 30 days"),
    ("90", "In 90 days"),
    ("365", "In a year"),
    ("730", "In two years"),
    ("never", "Never by itself"),
];

/// What is proposed.
const USUAL: &str = "365";

#[derive(Template)]
#[template(path = "accounts/key_new.html")]
struct NewPage {
    shell: Shell,
    style: &'static str,
    wrong: Wrong,
    list: &'static str,
    label: Entry,
    choose: Choose,
    lasting: Vec<Choice>,
    scopes: Vec<Choice>,
    is_limited: bool,
}

#[derive(Template)]
#[template(path = "accounts/key_made.html")]
struct MadePage {
    shell: Shell,
    style: &'static str,
    list: &'static str,
    label: String,
    path: String,
    secret: String,
    ends: String,
}

#[derive(Template)]
#[template(path = "accounts/key.html")]
struct KeyPage {
    shell: Shell,
    style: &'static str,
    list: &'static str,
    path: String,
    label: String,
    badge: Badge,
    holds: bool,
    facts: Vec<(&'static str, String)>,
    roles: Vec<GrantLine>,
    scopes: Option<Vec<&'static str>>,
    trail: Trail,
}

#[derive(Template)]
#[template(path = "accounts/key_revoke.html")]
struct RevokePage {
    shell: Shell,
    style: &'static str,
    path: String,
    label: String,
    used: String,
}

pub(super) async fn show_new(
    extract::State(app): extract::State<State>,
    Extension(desk): Extension<Desk>,
) -> Result<Response, Problem> {
    page(&app, &desk, &Form::default(), Wrong::default()).await
}

async fn page(app: &App, desk: &Desk, form: &Form, wrong: Wrong) -> Result<Response, Problem> {
    let label = Entry::line("label", "Name of the key", form.text("label"), &wrong)
        .hinted("What it is for, such as Website. Trails show it.")
        .with(vec![("required", "required"), ("maxlength", "200"), ("autocomplete", "off")]);
    let lasts = if form.text("days").is_empty() { USUAL } else { form.text("days") };
    let scope = |one: Scope| Choice {
        value: format!("scope-{}", one.as_str()),
        label: say::scope(one).to_owned(),
        is_chosen: is_ticked(form, one),
    };
    let choose = Choose::of(app, form, &wrong).await?;
    let labels = [(label.name.clone(), label.label.to_owned())];
    let page = NewPage {
        shell: desk.shell("Make an API key", PEOPLE),
        style: &assets::SETUP_STYLE.path,
        wrong: wrong.named(labels).named(Choose::labels()),
        list: PATH,
        label,
        choose,
        lasting: LASTING.into_iter().map(|(days, label)| choice(days, label, lasts)).collect(),
        scopes: offered().map(scope).collect(),
        is_limited: offered().any(|one| is_ticked(form, one)),
    };
    Ok(words::html(page.wrong.status(), &page))
}

/// What a key can be limited to. Every key may know itself.
fn offered() -> impl Iterator<Item = Scope> {
    Scope::ALL.into_iter().filter(|scope| *scope != Scope::Own)
}

fn is_ticked(form: &Form, scope: Scope) -> bool {
    !form.text(&format!("scope-{}", scope.as_str())).is_empty()
}

pub(super) async fn make(
    extract::State(app): extract::State<State>,
    Extension(desk): Extension<Desk>,
    Extension(Caller(by)): Extension<Caller>,
    Extension(form): Extension<Form>,
) -> Result<Response, Problem> {
    let made = match read(&app, &form).await? {
        Ok(wanted) => app.add_api_key(wanted, &by).await.map_err(|error| choose::at_fields(Wrong::of(error))),
        Err(fields) => Err(Wrong::fields(fields)),
    };
    let (key, secret) = match made {
        Ok(made) => made,
        Err(wrong) => return page(&app, &desk, &form, wrong).await,
    };
    let page = MadePage {
        shell: desk.shell("The API key", PEOPLE),
        style: &assets::SETUP_STYLE.path,
        list: PATH,
        path: path(key.id),
        secret,
        ends: key.expires_at.map(say::at).unwrap_or_default(),
        label: key.label,
    };
    Ok(words::html(StatusCode::OK, &page))
}

/// The whole form, or everything that is wrong with it.
async fn read(app: &App, form: &Form) -> Result<Result<NewKey, Vec<FieldError>>, Problem> {
    let scopes: Vec<Scope> = offered().filter(|scope| is_ticked(form, *scope)).collect();
    let mut wanted = NewKey {
        label: form.text("label").to_owned(),
        grants: Vec::new(),
        scopes: Some(scopes).filter(|scopes| !scopes.is_empty()),
        expires_at: end(app.now(), form.text("days")),
    };
    let mut errors = Vec::new();
    match choose::read(app, form).await? {
        Ok(grant) => wanted.grants.push(grant),
        Err(more) => errors = more,
    }
    // That it has no role is said once.
    errors.extend(wanted.check().into_iter().filter(|error| error.field != "grants"));
    Ok(if errors.is_empty() { Ok(wanted) } else { Err(errors) })
}

/// When a key ends that lasts so long; none if never.
fn end(now: DateTime<Utc>, days: &str) -> Option<DateTime<Utc>> {
    let known = LASTING.iter().any(|(known, _)| *known == days);
    let days: i64 = if known { days } else { USUAL }.parse().ok()?;
    DateTime::from_timestamp((now + TimeDelta::days(days)).timestamp(), 0)
}

pub(super) async fn show(
    extract::State(app): extract::State<State>,
    Id(id): Id<Uuid>,
    Extension(desk): Extension<Desk>,
    uri: Uri,
) -> Result<Response, Problem> {
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    let key = app.api_key(id).await?;
    let now = app.now();
    let mut facts = vec![
        ("Made", say::at(key.created_at)),
        ("Last used", key.used_at.map_or_else(|| "Never".to_owned(), say::at)),
    ];
    facts.push(match (key.revoked_at, key.expires_at) {
        (Some(at), _) => ("Revoked", say::at(at)),
        (None, Some(at)) if at <= now => ("Ended", say::at(at)),
        (None, Some(at)) => ("Ends", say::at(at)),
        (None, None) => ("Ends", "Never by itself".to_owned()),
    });
    let page = KeyPage {
        shell: desk.shell(&key.label, PEOPLE),
        style: &assets::SETUP_STYLE.path,
        list: PATH,
        path: path(id),
        badge: badge(&key, now),
        holds: key.holds(now),
        facts,
        roles: say::grants(&app, &key.grants).await?,
        scopes: key.scopes.map(|scopes| scopes.into_iter().map(say::scope).collect()),
        trail: trail(&app, id, &path(id), query.read("before")?).await?,
        label: key.label,
    };
    Ok(words::html(StatusCode::OK, &page))
}

/// Asks before a key is revoked, which is for good.
pub(super) async fn ask(
    extract::State(app): extract::State<State>,
    Id(id): Id<Uuid>,
    Extension(desk): Extension<Desk>,
) -> Result<Response, Problem> {
    let key = app.api_key(id).await?;
    let page = RevokePage {
        shell: desk.shell(&format!("Revoke {}", key.label), PEOPLE),
        style: &assets::SETUP_STYLE.path,
        path: path(id),
        used: key.used_at.map(say::at).unwrap_or_default(),
        label: key.label,
    };
    Ok(words::html(StatusCode::OK, &page))
}

pub(super) async fn revoke(
    extract::State(app): extract::State<State>,
    Id(id): Id<Uuid>,
    Extension(Caller(by)): Extension<Caller>,
) -> Result<Response, Problem> {
    app.api_key(id).await?;
    app.revoke_api_key(id, &by).await?;
    Ok(words::to(&format!("{}?done=revoked", path(id))))
}
