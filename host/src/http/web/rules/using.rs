//! An installed extension put to use at a company, and what is set for it there.
//!
//! Invariant: what it may be set to stands in what the component says of itself; whether it fits, the use case decides.

use askama::Template;
use axum::extract::{self, Extension};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use uuid::Uuid;

use super::super::assets;
use super::super::door::Desk;
use super::super::form::Form;
use super::super::trouble::Trouble;
use super::super::words::{self as pages, Choice, Shell};
use super::{PATH, words};
use crate::app::{App, Error};
use crate::codes;
use crate::extension::words::{Description, Setting, SettingKind};
use crate::http::auth::Caller;
use crate::http::extract::Id;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::model::{CompanyId, Component, Extension as Used, FieldError, Service, Settings, Stored};

/// What fields of settings are called, and of services.
const SETTING: &str = "set-";
const SERVICE: &str = "service-";

/// The place in the order of an extension of which nothing else is said.
const USUAL_PRIORITY: u32 = 100;

/// One setting, with what it is set to.
struct Line {
    field: String,
    name: String,
    summary: String,
    default: Option<String>,
    is_number: bool,
    /// Yes, no, and what it is if nothing is said; empty where something is typed.
    choices: Vec<Choice>,
    value: String,
    wrong: String,
}

#[derive(Template)]
#[template(path = "rules_use.html")]
struct UsePage {
    shell: Shell,
    style: &'static str,
    action: String,
    back: String,
    /// What it says of itself.
    about: String,
    component: String,
    version: i64,
    is_new: bool,
    components: Vec<Choice>,
    modes: Vec<Choice>,
    policies: Vec<Choice>,
    lines: Vec<Line>,
    services: Vec<Choice>,
    priority: String,
    /// Whether another version was chosen just now, and what is set that it has no setting for.
    is_switched: bool,
    dropped: String,
    trouble: Option<Trouble>,
}

/// What a page is about: a component at a company, and its use there if there is one.
struct Subject {
    company: CompanyId,
    component: Component,
    about: Description,
    stands: Option<Stored<Used>>,
}

impl Subject {
    /// A component that is to be used.
    async fn new(app: &App, company: CompanyId, form: &Form) -> Result<Self, Problem> {
        let component = installed(app, form.text("component")).await?;
        Ok(Self { company, about: description(&component)?, component, stands: None })
    }

    /// A use that is to be changed, perhaps to another version of the component.
    async fn of(app: &App, id: Uuid, form: &Form) -> Result<Self, Problem> {
        let used = app.get::<Used>(id).await?;
        let wanted = match form.text("component") {
            "" => &used.data.digest,
            digest => digest,
        };
        let component = installed(app, wanted).await?;
        Ok(Self {
            company: CompanyId(used.company),
            about: description(&component)?,
            component,
            stands: Some(used),
        })
    }

    /// The services that it can be for: those that can be booked, and those that it is for already.
    async fn services(&self, app: &App) -> Result<Vec<Choice>, Problem> {
        let stands = |id: Uuid| {
            self.stands.as_ref().is_some_and(|used| used.data.services.iter().any(|service| service.0 == id))
        };
        let all = app.services_ever(self.company).await?.into_iter();
        let choice = |service: Stored<Service>| Choice {
            value: service.id.to_string(),
            label: if service.data.active {
                service.data.name
            } else {
                format!("{} (withdrawn)", service.data.name)
            },
            is_chosen: false,
        };
        Ok(all.filter(|service| service.data.active || stands(service.id)).map(choice).collect())
    }

    /// What is set now and cannot be with the component that is chosen.
    fn dropped(&self) -> String {
        let declared = |name: &str| self.about.settings.iter().any(|setting| setting.name == name);
        let set = self.stands.iter().flat_map(|used| &used.data.settings);
        let gone: Vec<String> = set
            .filter(|(name, _)| !declared(name))
            .map(|(name, value)| format!("{name} = {value}"))
            .collect();
        gone.join(", ")
    }

    fn action(&self) -> String {
        match &self.stands {
            Some(used) => format!("{PATH}/{}/settings", used.id),
            None => format!("{PATH}/at/{}/use", self.company),
        }
    }

    /// What the form says, and of the rest what stands.
    fn read(&self, form: &Form, services: &[Choice]) -> Result<Used, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut settings = Settings::new();
        for setting in &self.about.settings {
            let value = typed(form, setting);
            if value.contains('\0') {
                let field = format!("settings.{}", setting.name);
                errors.push(FieldError { field, message: "must not hold a NUL character".to_owned() });
            } else if !value.is_empty() {
                settings.insert(setting.name.clone(), value);
            }
        }
        let priority = form.text("priority").parse().unwrap_or_else(|_| {
            let message = "must be a whole number from 0 to 1000".to_owned();
            errors.push(FieldError { field: "priority".to_owned(), message });
            0
        });
        let stands = self.stands.as_ref().map(|used| &used.data);
        let ticked: Vec<&str> = form.called(SERVICE).collect();
        // Left out, it would be asked about all of them.
        if ticked.iter().any(|id| services.iter().all(|service| service.value != *id)) {
            let message = "name one that the company has no longer; look at them again".to_owned();
            errors.push(FieldError { field: "services".to_owned(), message });
        }
        let used = Used {
            name: self.about.id.clone(),
            digest: self.component.digest.clone(),
            mode: stands
                .map_or_else(|| words::read_mode(form.text("mode")).unwrap_or_default(), |used| used.mode),
            on_failure: words::read_policy(form.text("on_failure")).unwrap_or_default(),
            priority,
            services: ticked.iter().filter_map(|id| id.parse().ok()).collect(),
            settings,
            service_settings: stands.map(|used| used.service_settings.clone()).unwrap_or_default(),
            active: stands.is_none_or(|used| used.active),
        };
        if errors.is_empty() { Ok(used) } else { Err(errors) }
    }
}

/// The form of a component that is to be used.
pub(super) async fn begin(
    extract::State(app): extract::State<State>,
    Id(company): Id<CompanyId>,
    Extension(desk): Extension<Desk>,
    uri: Uri,
) -> Result<Response, Problem> {
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    let subject = Subject::new(&app, company, &query).await?;
    page(&app, &desk, &subject, (&query, false), None).await
}

/// The form of a use that is to be changed.
pub(super) async fn show(
    extract::State(app): extract::State<State>,
    Id(id): Id<Uuid>,
    Extension(desk): Extension<Desk>,
    uri: Uri,
) -> Result<Response, Problem> {
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    let subject = Subject::of(&app, id, &query).await?;
    page(&app, &desk, &subject, (&query, false), None).await
}

pub(super) async fn add(
    extract::State(app): extract::State<State>,
    Id(company): Id<CompanyId>,
    Extension(desk): Extension<Desk>,
    Extension(Caller(by)): Extension<Caller>,
    Extension(form): Extension<Form>,
) -> Result<Response, Problem> {
    let subject = Subject::new(&app, company, &form).await?;
    let services = subject.services(&app).await?;
    let done = match subject.read(&form, &services) {
        Ok(used) => app.create_by(Some(&by), (Some(company), used), None).await.map(drop),
        Err(errors) => Err(Error::Invalid(errors)),
    };
    after(&app, &desk, &subject, &form, done).await
}

pub(super) async fn save(
    extract::State(app): extract::State<State>,
    Id(id): Id<Uuid>,
    Extension(desk): Extension<Desk>,
    Extension(Caller(by)): Extension<Caller>,
    Extension(form): Extension<Form>,
) -> Result<Response, Problem> {
    let subject = Subject::of(&app, id, &form).await?;
    if form.text("shown") != subject.component.digest {
        // Another version was chosen than the fields are made for: it is shown first.
        return page(&app, &desk, &subject, (&form, true), None).await;
    }
    let services = subject.services(&app).await?;
    let version = form.read::<i64>("version")?.unwrap_or_default();
    let done = match subject.read(&form, &services) {
        Ok(used) => app.replace_by(Some(&by), (id, version), used).await.map(drop),
        Err(errors) => Err(Error::Invalid(errors)),
    };
    after(&app, &desk, &subject, &form, done).await
}

/// The list if it was done, or else the form once more with what stands in the way.
async fn after(
    app: &App,
    desk: &Desk,
    subject: &Subject,
    form: &Form,
    done: Result<(), Error>,
) -> Result<Response, Problem> {
    match done {
        Ok(()) => Ok(pages::to(&format!("{PATH}?company={}&done=saved", subject.company))),
        Err(error) => page(app, desk, subject, (form, true), Some(error.into())).await,
    }
}

async fn page(
    app: &App,
    desk: &Desk,
    subject: &Subject,
    (form, is_sent): (&Form, bool),
    problem: Option<Problem>,
) -> Result<Response, Problem> {
    let trouble = problem.as_ref().map(|problem| Trouble::in_words(problem, called));
    let stands = subject.stands.as_ref().map(|used| &used.data);
    let mut services = subject.services(app).await?;
    for service in &mut services {
        let stood =
            || stands.is_some_and(|used| used.services.iter().any(|id| id.to_string() == service.value));
        service.is_chosen =
            if is_sent { !form.text(&field(SERVICE, &service.value)).is_empty() } else { stood() };
    }
    let is_switched = is_sent && stands.is_some() && form.text("shown") != subject.component.digest;
    let sent = |name: &str| is_sent.then(|| form.text(name).to_owned());
    let line = |setting: &Setting| {
        let stood = stands.and_then(|used| used.settings.get(&setting.name)).cloned().unwrap_or_default();
        // Of another version's form what was typed is taken; what had no field there is as it stands.
        let typed = sent(&field(SETTING, &setting.name)).filter(|typed| !is_switched || !typed.is_empty());
        let value = typed.unwrap_or(stood);
        Line::of(setting, value, trouble.as_ref())
    };
    let policy = match words::read_policy(form.text("on_failure")) {
        Some(policy) if is_sent => policy,
        _ => stands.map(|used| used.on_failure).unwrap_or_default(),
    };
    let priority = stands.map_or(USUAL_PRIORITY, |used| used.priority).to_string();
    let page = UsePage {
        shell: desk.shell(&subject.about.id, PATH),
        style: &assets::SETUP_STYLE.path,
        action: subject.action(),
        back: format!("{PATH}?company={}", subject.company),
        about: subject.about.summary.clone(),
        component: subject.component.digest.clone(),
        version: form
            .read("version")?
            .or(subject.stands.as_ref().map(|used| used.version))
            .unwrap_or_default(),
        is_new: stands.is_none(),
        components: versions(app, &subject.component).await?,
        modes: words::modes(Some(words::read_mode(form.text("mode")).unwrap_or_default()))
            .into_iter()
            .filter(|choice| choice.value != "off")
            .collect(),
        policies: words::policies(policy),
        lines: subject.about.settings.iter().map(line).collect(),
        services,
        priority: sent("priority").unwrap_or(priority),
        is_switched,
        dropped: subject.dropped(),
        trouble: trouble.clone(),
    };
    Ok(pages::html(trouble.map_or(StatusCode::OK, |trouble| trouble.status()), &page))
}

impl Line {
    fn of(setting: &Setting, value: String, trouble: Option<&Trouble>) -> Self {
        let path = format!("settings.{}", setting.name);
        let own = |trouble: &Trouble| {
            let fault = trouble.errors.iter().find(|fault| fault.field.as_deref() == Some(&path));
            fault.map(|fault| fault.message.clone())
        };
        let choices = match setting.kind {
            SettingKind::Boolean => truths(&value, setting.default.as_deref()),
            SettingKind::Text | SettingKind::Number => Vec::new(),
        };
        Self {
            field: field(SETTING, &setting.name),
            name: setting.name.clone(),
            summary: setting.summary.clone(),
            default: setting.default.clone(),
            is_number: setting.kind == SettingKind::Number,
            choices,
            value,
            wrong: trouble.and_then(own).unwrap_or_default(),
        }
    }
}

/// Yes and no, and what it is as long as nothing is said.
fn truths(value: &str, default: Option<&str>) -> Vec<Choice> {
    let word = |truth: &str| if truth == "true" { "yes" } else { "no" };
    let nothing = default.map(|default| ("", format!("As it comes: {}", word(default))));
    let all = nothing.into_iter().chain([("true", "Yes".to_owned()), ("false", "No".to_owned())]);
    all.map(|(choice, label)| Choice { value: choice.to_owned(), label, is_chosen: choice == value })
        .collect()
}

/// The installed components of the same name, the newest first.
async fn versions(app: &App, chosen: &Component) -> Result<Vec<Choice>, Problem> {
    let all = app.components_called(&chosen.name).await?;
    let choice = |component: &Component| Choice {
        value: component.digest.clone(),
        label: format!("{} ({})", component.version, words::short(&component.digest)),
        is_chosen: component.digest == chosen.digest,
    };
    Ok(all.iter().rev().map(choice).collect())
}

async fn installed(app: &App, digest: &str) -> Result<Component, Problem> {
    let all = app.components().await?;
    let found = all.into_iter().find(|component| component.digest == digest);
    found.ok_or_else(|| Error::missing("component", digest).into())
}

fn description(component: &Component) -> Result<Description, Problem> {
    serde_json::from_value(component.description.clone())
        .map_err(|_| Problem::new(codes::BAD_QUERY, "What the component says of itself cannot be read."))
}

/// What was typed for a setting.
fn typed(form: &Form, setting: &Setting) -> String {
    let name = field(SETTING, &setting.name);
    match setting.kind {
        SettingKind::Number => form.number(&name),
        SettingKind::Text | SettingKind::Boolean => form.text(&name).to_owned(),
    }
}

fn field(kind: &str, name: &str) -> String {
    format!("{kind}{name}")
}

/// What the form calls a field of the use.
fn called(field: &str) -> Option<String> {
    match field {
        "priority" => Some("Order".to_owned()),
        "digest" => Some("Version".to_owned()),
        "services" => Some("The services".to_owned()),
        other => other.strip_prefix("settings.").map(str::to_owned),
    }
}
