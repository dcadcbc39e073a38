//! Rules: which components decide, how much extensions have to say, and how they are doing.
//!
//! Invariant: what is changed here is changed by the same use cases as over the API and at the command line. Deliberately
//! absent: installing, which needs files and keys, and so the command line.

mod decision;
mod decisions;
mod manage;
mod replay;
mod using;
mod words;

use std::collections::HashMap;

use askama::Template;
use axum::extract::{self, Extension};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::appointments::companies;
use super::door::Desk;
use super::form::Form;
use super::trouble::Trouble;
use super::words::{self as pages, Choice, Shell};
use super::{Need, Pages};
use crate::app::{App, Health, RulesInfo};
use crate::http::gate::{Pin, Subject};
use crate::http::limits;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::model::{CompanyId, Component, Extension as Used, ExtensionAnswer, Grant, Place, Scope, Stored};
use crate::store::{AnswerFilter, Page};
use words::{Badge, asked_at, mode, short, told, utc};

const PATH: &str = "/rules";

/// Answers that the page shows: the newest.
const SAID: u32 = 20;

/// The pages, and what can be done from them.
pub(super) fn routes() -> Pages {
    let read = || Need::list(Scope::RulesRead, &[Pin::Company]);
    let change = || Need::of(Scope::RulesWrite, Subject::Extension);
    let begin = || Need::of(Scope::RulesWrite, Subject::Company);
    let decision = || Need::of(Scope::RulesRead, Subject::Decision);
    Pages::default()
        .get(PATH, read(), index)
        .post("/rules/{id}/mode", change(), manage::set_mode)
        .post("/rules/{id}/again", change(), manage::try_again)
        .get("/rules/{id}/settings", change(), using::show)
        .post("/rules/{id}/settings", change(), using::save)
        .get("/rules/at/{id}/use", begin(), using::begin)
        .post("/rules/at/{id}/use", begin(), using::add)
        .get("/rules/decisions", read(), decisions::index)
        .get("/rules/decisions/{id}", decision(), decision::show)
        .get("/rules/decisions/{id}/record.json", decision(), decision::record)
        .get("/rules/decisions/{id}/fixture.json", decision(), decision::fixture)
        .get("/rules/replay", read(), replay::index)
}

/// An extension as a company uses it.
struct Use {
    id: Uuid,
    version: i64,
    name: String,
    badge: Badge,
    facts: Vec<(&'static str, String)>,
    modes: Vec<Choice>,
    policies: Vec<Choice>,
    health: &'static str,
    health_tone: &'static str,
    health_detail: String,
    is_ill: bool,
    is_active: bool,
    may: bool,
    trouble: Option<Trouble>,
}

/// An installed component.
struct Line {
    name: String,
    version: String,
    digest: String,
    short: String,
    signer: String,
    hooks: String,
    origin: String,
    installed: String,
    replay: String,
    /// Where it is put to use at the company; empty for who may not, and where a use of it is active.
    begin: String,
}

/// What an extension said.
struct Word {
    at: String,
    extension: String,
    hook: String,
    badge: Badge,
    mode: &'static str,
    text: String,
    decision: String,
}

#[derive(Template)]
#[template(path = "rules.html")]
struct RulesPage {
    shell: Shell,
    rules: RulesInfo,
    companies: Vec<Choice>,
    company: String,
    uses: Vec<Use>,
    lines: Vec<Line>,
    said: Vec<Word>,
}

async fn index(
    extract::State(app): extract::State<State>,
    Extension(desk): Extension<Desk>,
    uri: Uri,
) -> Result<Response, Problem> {
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    page(&app, &desk, query.read("company")?, None).await
}

/// The page; after a form was refused, with what stands in the way beside it.
async fn page(
    app: &App,
    desk: &Desk,
    asked: Option<CompanyId>,
    wrong: Option<(Uuid, Problem)>,
) -> Result<Response, Problem> {
    let (companies, company) = chosen(app, desk, asked).await?;
    let components = app.components().await?;
    let (uses, said) = match company {
        Some(company) => (used(app, desk, company, &components).await?, said(app, company).await?),
        None => (Vec::new(), Vec::new()),
    };
    let may = company.is_some_and(|company| may_change(desk, company));
    let in_use: Vec<&str> = uses.iter().filter(|one| one.is_active).map(|one| one.name.as_str()).collect();
    let begin = |component: &Component| match company {
        Some(company) if may && !in_use.contains(&component.name.as_str()) => {
            format!("{PATH}/at/{company}/use?component={}", component.digest)
        }
        _ => String::new(),
    };
    let lines = components.iter().rev().map(|component| line(component, company, begin(component))).collect();
    let mut page = RulesPage {
        shell: desk.shell("Rules", PATH),
        rules: app.rules(),
        companies,
        company: company.map(|id| id.to_string()).unwrap_or_default(),
        uses,
        lines,
        said,
    };
    let mut status = StatusCode::OK;
    if let Some((id, problem)) = wrong {
        let trouble = Trouble::from(&problem);
        status = trouble.status();
        match page.uses.iter_mut().find(|one| one.id == id) {
            Some(one) => one.trouble = Some(trouble),
            None => return Err(problem),
        }
    }
    Ok(pages::html(status, &page))
}

/// The companies to choose from, and the one that is meant: the one asked for, else the first.
async fn chosen(
    app: &App,
    desk: &Desk,
    asked: Option<CompanyId>,
) -> Result<(Vec<Choice>, Option<CompanyId>), Problem> {
    let mut all = companies(app, desk, asked).await?;
    let company = asked.or_else(|| all.first().and_then(|first| first.value.parse().ok()));
    let chosen = company.map(|id| id.to_string()).unwrap_or_default();
    all.iter_mut().for_each(|choice| choice.is_chosen = choice.value == chosen);
    Ok((all, company))
}

/// The extensions that a company uses, in the order in which they are asked; those switched off last.
async fn used(
    app: &App,
    desk: &Desk,
    company: CompanyId,
    components: &[Component],
) -> Result<Vec<Use>, Problem> {
    let page = Page { after: None, limit: limits::MAX_PAGE };
    let mut all: Vec<Stored<Used>> = app.list(Some(company), page).await?;
    all.sort_by(|one, other| {
        let rank = |used: &Used| (!used.active, used.priority);
        rank(&one.data).cmp(&rank(&other.data)).then_with(|| one.data.name.cmp(&other.data.name))
    });
    let services = app.services_ever(company).await?;
    let services: HashMap<String, String> =
        services.into_iter().map(|service| (service.id.to_string(), service.data.name)).collect();
    let may = may_change(desk, company);
    let known = |digest: &str| components.iter().find(|one| one.digest == digest);
    let one = |used: Stored<Used>| {
        let health = app.extension_health(company, &used.data);
        let component = known(&used.data.digest);
        use_of(used, component, &services, health, may)
    };
    Ok(all.into_iter().map(one).collect())
}

/// Whether somebody may change what extensions have to say at a company.
fn may_change(desk: &Desk, company: CompanyId) -> bool {
    let place = Place { company: Some(company), ..Place::default() };
    let grants = desk.identity.grants_for(Scope::RulesWrite);
    grants.iter().any(|grant: &Grant| grant.reaches(&place, Scope::RulesWrite))
}

fn use_of(
    used: Stored<Used>,
    component: Option<&Component>,
    services: &HashMap<String, String>,
    health: Health,
    may: bool,
) -> Use {
    let Stored { id, version, data, .. } = used;
    let only: Vec<String> = data
        .services
        .iter()
        .map(|id| services.get(&id.to_string()).cloned().unwrap_or_else(|| id.to_string()))
        .collect();
    let settings: Vec<String> =
        data.settings.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    let or_none = |text: String| if text.is_empty() { "–".to_owned() } else { text };
    let facts = vec![
        ("Version", component.map_or_else(|| "not installed".to_owned(), |one| one.version.clone())),
        ("SHA-256", short(&data.digest).to_owned()),
        ("Signed by", component.map_or_else(String::new, signer)),
        ("Asked at", or_none(component.map(asked_at).unwrap_or_default())),
        ("Order", data.priority.to_string()),
        ("Services", if only.is_empty() { "All".to_owned() } else { only.join(", ") }),
        ("Settings", or_none(settings.join(", "))),
        ("If it fails", words::policy(data.on_failure).to_owned()),
    ];
    let (health_text, health_tone, health_detail) = words::health(&health);
    Use {
        id,
        version,
        badge: mode(data.active.then_some(data.mode)),
        modes: words::modes(data.active.then_some(data.mode)),
        policies: words::policies(data.on_failure),
        facts: facts.into_iter().filter(|(_, text)| !text.is_empty()).collect(),
        name: data.name,
        health: health_text,
        health_tone,
        health_detail,
        is_ill: health.failures > 0,
        is_active: data.active,
        may,
        trouble: None,
    }
}

fn signer(component: &Component) -> String {
    component.signer.clone().unwrap_or_else(|| "nobody; allowed by its SHA-256".to_owned())
}

fn line(component: &Component, company: Option<CompanyId>, begin: String) -> Line {
    let company = company.map(|id| format!("&company={id}")).unwrap_or_default();
    Line {
        name: component.name.clone(),
        version: component.version.clone(),
        short: short(&component.digest).to_owned(),
        signer: signer(component),
        hooks: asked_at(component),
        origin: component.origin.clone(),
        installed: format!("{}, by {}", utc(component.installed_at), component.by),
        replay: format!("/rules/replay?component={}{company}", component.digest),
        digest: component.digest.clone(),
        begin,
    }
}

/// What extensions said last at a company.
async fn said(app: &App, company: CompanyId) -> Result<Vec<Word>, Problem> {
    let filter = AnswerFilter { company: Some(company), ..AnswerFilter::default() };
    let answers = app.extension_answers(&filter, None, SAID).await?;
    Ok(answers.iter().map(word).collect())
}

fn word(answer: &ExtensionAnswer) -> Word {
    let at: DateTime<Utc> = answer.asked_at;
    Word {
        at: utc(at),
        extension: answer.extension.clone(),
        hook: answer.hook.clone(),
        badge: words::said(answer.outcome),
        mode: answer.mode.as_str(),
        text: told(&answer.answer),
        decision: format!("/rules/decisions/{}", answer.decision),
    }
}
