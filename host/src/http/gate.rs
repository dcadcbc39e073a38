//! Whether somebody may do what they ask for: stated beside each route, checked here, before any use case.
//!
//! Invariants: an operation that states no [`Need`] is refused to everybody. A role that does not allow it is refused with
//! 403; something out of reach is answered as if it did not exist, word by word.
//!
//! Deliberately absent: what the booking rules allow, and any decision that is not one of scope and place.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::Request;
use axum::http::{Method, Uri};
use axum::response::Response;
use http_body_util::BodyExt;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::form_urlencoded;
use utoipa::openapi::OpenApi;
use uuid::Uuid;

use super::problem::Problem;
use crate::app::{App, Error, Identity, Target};
use crate::codes;
use crate::model::{Acting, Actor, Grant, Kind, Place, Scope};

/// What `/openapi.json` calls it.
pub(super) const EXTENSION: &str = "x-slotledger-needs";

/// What an operation needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Need {
    /// The scope.
    pub(super) scope: Scope,
    /// What says whose data it is about.
    pub(super) about: About,
}

/// What says whose data an operation is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum About {
    /// Nobody's: whoever has the scope anywhere may.
    Nobody,
    /// The whole installation: only grants without a company count.
    Installation,
    /// The record in the path.
    Path(Subject),
    /// Whatever the query lists; these of its parameters narrow it.
    List(Vec<Pin>),
    /// What the query names.
    Query,
    /// What the body names.
    Body,
}

/// What the identifier in a path is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Subject {
    Company,
    Branch,
    Service,
    Provider,
    Unit,
    Customer,
    Case,
    Extension,
    Appointment,
    Booking,
    Series,
    Wait,
    Delivery,
    Finding,
    Decision,
}

/// A parameter that narrows a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Pin {
    Company,
    Branch,
    Provider,
    Customer,
}

/// What names a record in queries and bodies.
const REFERENCES: [(&str, Subject); 15] = [
    ("company", Subject::Company),
    ("branch", Subject::Branch),
    ("service", Subject::Service),
    ("services", Subject::Service),
    ("provider", Subject::Provider),
    ("providers", Subject::Provider),
    ("replacement", Subject::Provider),
    ("unit", Subject::Unit),
    ("units", Subject::Unit),
    ("parent", Subject::Unit),
    ("customer", Subject::Customer),
    ("case", Subject::Case),
    ("appointment", Subject::Appointment),
    ("appointments", Subject::Appointment),
    ("delivery", Subject::Delivery),
];

/// Most records that a request of somebody whose reach is limited may name: a booking of twenty names a hundred.
const NAMED: usize = 400;

impl Need {
    /// Needs this, whoever's data it is.
    pub(super) const fn anywhere(scope: Scope) -> Self {
        Self { scope, about: About::Nobody }
    }

    /// Needs this everywhere.
    pub(super) const fn everywhere(scope: Scope) -> Self {
        Self { scope, about: About::Installation }
    }

    /// Needs this for the record in the path.
    pub(super) const fn of(scope: Scope, subject: Subject) -> Self {
        Self { scope, about: About::Path(subject) }
    }

    /// Needs this for what the body names.
    pub(super) const fn body(scope: Scope) -> Self {
        Self { scope, about: About::Body }
    }

    /// Needs this for what the query names.
    pub(super) const fn query(scope: Scope) -> Self {
        Self { scope, about: About::Query }
    }

    /// Needs this for what a query with these parameters lists.
    pub(super) fn list(scope: Scope, pins: &[Pin]) -> Self {
        Self { scope, about: About::List(pins.to_vec()) }
    }
}

impl From<Kind> for Subject {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Company => Self::Company,
            Kind::Branch => Self::Branch,
            Kind::Service => Self::Service,
            Kind::Provider => Self::Provider,
            Kind::Unit => Self::Unit,
            Kind::Customer => Self::Customer,
            Kind::Case => Self::Case,
            Kind::Extension => Self::Extension,
        }
    }
}

impl Subject {
    fn target(self, text: &str) -> Option<Target> {
        let id = || text.parse::<Uuid>().ok();
        let record = |kind| id().map(|id| Target::Record(kind, id));
        match self {
            Self::Company => record(Kind::Company),
            Self::Branch => record(Kind::Branch),
            Self::Service => record(Kind::Service),
            Self::Provider => record(Kind::Provider),
            Self::Unit => record(Kind::Unit),
            Self::Customer => record(Kind::Customer),
            Self::Case => record(Kind::Case),
            Self::Extension => record(Kind::Extension),
            Self::Appointment => id().map(|id| Target::Appointment(id.into())),
            Self::Booking => id().map(|id| Target::Booking(id.into())),
            Self::Series => id().map(|id| Target::Series(id.into())),
            Self::Wait => id().map(|id| Target::Wait(id.into())),
            Self::Delivery => text.parse().ok().map(Target::Delivery),
            Self::Decision => text.parse().ok().map(Target::Decision),
            Self::Finding => text.parse().ok().map(Target::Finding),
        }
    }
}

/// What each operation needs, as the description of the API states it.
#[derive(Debug, Default)]
pub(super) struct Needs(HashMap<(String, String), Option<Need>>);

impl Needs {
    /// Reads them from the description, so that what is documented and what is checked are the same.
    pub(super) fn of(api: &OpenApi) -> Self {
        let Ok(document) = serde_json::to_value(&api.paths) else { return Self::default() };
        let mut needs = HashMap::new();
        for (path, item) in document.as_object().into_iter().flatten() {
            for (method, operation) in item.as_object().into_iter().flatten() {
                let need = operation.get(EXTENSION).and_then(|need| Need::deserialize(need).ok());
                needs.insert((method.to_uppercase(), path.clone()), need);
            }
        }
        Self(needs)
    }

    /// What these paths need, each with its method.
    pub(super) fn stated(all: impl Iterator<Item = (Method, String, Need)>) -> Self {
        Self(all.map(|(method, path, need)| ((method.as_str().to_owned(), path), Some(need))).collect())
    }

    /// What a request to this path needs; none where the path does not take the method.
    pub(super) fn find(&self, method: &Method, path: &str) -> Option<&Option<Need>> {
        let method = if method == Method::HEAD { &Method::GET } else { method };
        self.0.get(&(method.as_str().to_owned(), path.to_owned()))
    }
}

/// Somebody whose reach is limited, on their way to a handler.
#[derive(Clone)]
pub(super) struct Limited {
    app: Arc<App>,
    scope: Scope,
    grants: Vec<Grant>,
    /// Whether the path says whose data it is about.
    placed: bool,
}

/// As whom commands may come.
#[derive(Debug, Clone, Copy)]
pub(super) struct Voices {
    by: Uuid,
    only: Option<Actor>,
}

impl Voices {
    /// On whose behalf a command comes that asks for this; none where they may not.
    pub(super) fn acting(self, asked: Option<Actor>) -> Option<Acting> {
        let by = Some(self.by);
        match (self.only, asked) {
            (None, asked) => Some(Acting { actor: asked.unwrap_or(Actor::Staff), by }),
            (Some(only), None) => Some(Acting { actor: only, by }),
            (Some(only), Some(asked)) => (only == asked).then_some(Acting { actor: only, by }),
        }
    }
}

/// Lets a request pass, narrowed to what its sender may see, or refuses it.
pub(super) async fn check(
    app: &Arc<App>,
    identity: &Identity,
    need: Option<&Need>,
    template: &str,
    request: &mut Request,
) -> Result<(), Problem> {
    let forbidden = || Problem::new(codes::FORBIDDEN, format!("«{}» may not do this.", identity.label));
    let Some(Need { scope, about }) = need else { return Err(forbidden()) };
    let grants = identity.grants_for(*scope);
    if grants.is_empty() {
        return Err(forbidden());
    }
    if grants.iter().any(Grant::is_everywhere) {
        request.extensions_mut().insert(Voices { by: identity.id, only: None });
        return Ok(());
    }
    // Until it is known which grant reaches, the one that leaves least choice counts: somebody who is staff of one company
    // and a customer of another must not move their own appointment as staff.
    let mut only = grants.iter().find_map(|grant| grant.role.speaks_as());
    let mut placed = true;
    match about {
        About::Nobody => return Ok(()),
        About::Installation => return Err(forbidden()),
        About::Path(subject) => {
            // An identifier that is not written as the API gives it, percent signs included, is looked up nowhere.
            let target = in_path(template, request.uri().path()).and_then(|id| subject.target(id));
            let target =
                target.ok_or_else(|| Problem::new(codes::BAD_PATH, "No record is ever called this."))?;
            only = reach(app, &grants, *scope, target).await?;
        }
        About::List(pins) => {
            let narrowed = narrowed(&grants, *scope, pins, request.uri())?.ok_or_else(forbidden)?;
            *request.uri_mut() = narrowed;
        }
        About::Query | About::Body => placed = false,
    }
    request.extensions_mut().insert(Voices { by: identity.id, only });
    let limited = Limited { app: app.clone(), scope: *scope, grants, placed };
    if matches!(about, About::Query) {
        limited.named(&query(request.uri())).await?;
    }
    request.extensions_mut().insert(limited);
    Ok(())
}

/// Whether somebody may do this with something, to offer it or to leave it out.
pub(super) async fn allows(
    app: &App,
    identity: &Identity,
    scope: Scope,
    target: Target,
) -> Result<bool, Problem> {
    let grants = identity.grants_for(scope);
    if grants.iter().any(Grant::is_everywhere) {
        return Ok(true);
    }
    let places = app.places(target).await?;
    let reaches =
        |grant: &Grant| !places.is_empty() && places.iter().all(|place| grant.reaches(place, scope));
    Ok(grants.iter().any(reaches))
}

/// Whether one of the grants reaches it, and as whom commands about it come.
async fn reach(app: &App, grants: &[Grant], scope: Scope, target: Target) -> Result<Option<Actor>, Problem> {
    let places = app.places(target).await?;
    let reaches =
        |grant: &&Grant| !places.is_empty() && places.iter().all(|place| grant.reaches(place, scope));
    let mut voices = grants.iter().filter(reaches).map(|grant| grant.role.speaks_as());
    match voices.next() {
        Some(first) => Ok(voices.fold(first, |one, other| one.and(other).and(one))),
        None if is_served(app, grants, scope, &places).await? => Ok(Some(Actor::Provider)),
        None => Err(target.missing().into()),
    }
}

/// Whether it is about a customer whom a technician works for.
async fn is_served(app: &App, grants: &[Grant], scope: Scope, places: &[Place]) -> Result<bool, Error> {
    let [Place { company, provider: None, customer: Some(customer), .. }] = places else { return Ok(false) };
    for grant in grants {
        let Some(provider) = grant.provider.filter(|_| scope == Scope::CustomersRead) else { continue };
        if grant.company == *company && app.serves(provider, *customer).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The identifier in a path.
fn in_path<'p>(template: &str, path: &'p str) -> Option<&'p str> {
    template.split('/').zip(path.split('/')).find(|(part, _)| part.starts_with('{')).map(|(_, id)| id)
}

/// The query of a list with what its sender is limited to; none if they may not see lists of this kind.
fn narrowed(grants: &[Grant], scope: Scope, pins: &[Pin], uri: &Uri) -> Result<Option<Uri>, Problem> {
    let mut asked: HashMap<String, String> = HashMap::new();
    for (name, value) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned() {
        // What is looked at here has to be what the list is of.
        if asked.insert(name.clone(), value).is_some() {
            return Err(Problem::new(codes::BAD_QUERY, format!("{name} is named twice.")));
        }
    }
    let mut able = grants.iter().filter_map(|grant| wanted(&grant.within(scope), pins)).peekable();
    if able.peek().is_none() {
        return Ok(None);
    }
    let is_asked_for = |(pin, id): &(Pin, Uuid)| {
        let asked = asked.get(pin.as_str());
        asked.is_none_or(|asked| asked.parse() == Ok(*id) || asked.parse::<Uuid>().is_err())
    };
    let mut fitting: Vec<Vec<(Pin, Uuid)>> = able.filter(|wanted| wanted.iter().all(is_asked_for)).collect();
    fitting.sort_unstable();
    fitting.dedup();
    match fitting.as_slice() {
        [] => Err(Problem::new(codes::REACH_UNNAMED, "What the query names is not yours to see.")),
        [wanted] => {
            let missing = wanted.iter().filter(|(pin, _)| !asked.contains_key(pin.as_str()));
            Ok(Some(with(uri, missing)?))
        }
        _ => Err(Problem::new(codes::REACH_UNNAMED, "Several would fit: the query has to say which.")),
    }
}

/// What a list has to be narrowed to for a grant; none if it has no such parameter.
fn wanted(grant: &Grant, pins: &[Pin]) -> Option<Vec<(Pin, Uuid)>> {
    let all = [
        (Pin::Company, grant.company.map(Uuid::from)),
        (Pin::Branch, grant.branch.map(Uuid::from)),
        (Pin::Provider, grant.provider.map(Uuid::from)),
        (Pin::Customer, grant.customer.map(Uuid::from)),
    ];
    let wanted = all.into_iter().filter_map(|(pin, id)| id.map(|id| (pin, id)));
    wanted.map(|pair| pins.contains(&pair.0).then_some(pair)).collect()
}

fn with<'p>(uri: &Uri, more: impl Iterator<Item = &'p (Pin, Uuid)>) -> Result<Uri, Problem> {
    let mut query = uri.query().unwrap_or_default().to_owned();
    for (pin, id) in more {
        let joint = if query.is_empty() { "" } else { "&" };
        query.push_str(&format!("{joint}{}={id}", pin.as_str()));
    }
    let text = if query.is_empty() { uri.path().to_owned() } else { format!("{}?{query}", uri.path()) };
    text.parse().map_err(|_| Problem::new(codes::BAD_QUERY, "The query is too long."))
}

impl Pin {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Branch => "branch",
            Self::Provider => "provider",
            Self::Customer => "customer",
        }
    }
}

/// The query as the object that a body would be. Commas part the entries of a list.
pub(super) fn query(uri: &Uri) -> Value {
    let pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let entry = |text: &str| Value::String(text.to_owned());
    let value = |text: &str| match text.contains(',') {
        true => Value::Array(text.split(',').map(|part| entry(part.trim())).collect()),
        false => entry(text),
    };
    Value::Object(pairs.map(|(name, text)| (name.into_owned(), value(&text))).collect())
}

impl Limited {
    /// Checks every record that a body or a query names: each has to be in reach, and together they have to say whose data
    /// it is about.
    pub(super) async fn named(&self, value: &Value) -> Result<(), Problem> {
        let mut named = Vec::new();
        gather(value, &mut named);
        if named.len() > NAMED {
            return Err(Problem::new(codes::REACH_UNNAMED, format!("More than {NAMED} records are named.")));
        }
        let mut places = Vec::new();
        for target in named {
            let found = self.app.places(target).await?;
            let admits = |grant: &&Grant| found.iter().all(|place| grant.admits(place, self.scope));
            if found.is_empty() || !self.grants.iter().any(|grant| admits(&grant)) {
                return Err(target.missing().into());
            }
            places.extend(found);
        }
        let fits = |grant: &&Grant| {
            places.iter().all(|place| grant.admits(place, self.scope))
                && (self.placed || self.is_placed(grant, &places, value))
        };
        if self.grants.iter().any(|grant| fits(&grant)) {
            return Ok(());
        }
        Err(Problem::new(
            codes::REACH_UNNAMED,
            "What the request names does not say that it is about what is yours.",
        ))
    }

    /// Whether what is named says that it is all within the grant.
    fn is_placed(&self, grant: &Grant, places: &[Place], value: &Value) -> bool {
        let grant = grant.within(self.scope);
        let said = |is: &dyn Fn(&Place) -> bool| places.iter().any(is);
        said(&|place| place.company == grant.company)
            && (grant.provider.is_none() || said(&|place| place.provider == grant.provider))
            && (grant.customer.is_none() || said(&|place| place.customer == grant.customer))
            && (grant.branch.is_none()
                || !self.scope.is_by_branch()
                || said(&|place| place.branch == grant.branch))
            && (grant.branch.is_none() || each_visit_is_somewhere(value))
    }
}

/// Whether whatever names a service names a branch or a provider beside it: else the visit may be at any branch.
fn each_visit_is_somewhere(value: &Value) -> bool {
    match value {
        Value::Object(fields) => {
            let is = |name: &str| fields.get(name).is_some_and(Value::is_string);
            (!is("service") || is("branch") || is("provider")) && fields.values().all(each_visit_is_somewhere)
        }
        Value::Array(items) => items.iter().all(each_visit_is_somewhere),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}

/// Every record that is named, each once.
fn gather(value: &Value, named: &mut Vec<Target>) {
    let mut add = |subject: Subject, text: &str| {
        if let Some(target) = subject.target(text).filter(|target| !named.contains(target)) {
            named.push(target);
        }
    };
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                match (REFERENCES.iter().find(|(known, _)| known == name), field) {
                    (Some((_, subject)), Value::String(text)) => add(*subject, text),
                    (Some((_, subject)), Value::Number(number)) => add(*subject, &number.to_string()),
                    (Some((_, subject)), Value::Array(items)) if items.iter().all(Value::is_string) => {
                        items.iter().filter_map(Value::as_str).for_each(|text| add(*subject, text));
                    }
                    _ => {}
                }
            }
            fields.values().for_each(|field| gather(field, named));
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, named)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// What staff keep to themselves, taken out of an answer to a customer.
pub(super) async fn for_customers(response: Response) -> Response {
    let (parts, body) = response.into_parts();
    let Ok(body) = body.collect().await else {
        return Problem::new(codes::UNFORESEEN, "The answer broke off.").into();
    };
    let bytes = body.to_bytes();
    let Ok(mut value) = serde_json::from_slice::<Value>(&bytes) else {
        return Response::from_parts(parts, bytes.into());
    };
    without_notes(&mut value);
    Response::from_parts(parts, value.to_string().into())
}

fn without_notes(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if let Some(notes) = fields.get_mut("notes").filter(|notes| notes.is_string()) {
                *notes = Value::String(String::new());
            }
            fields.values_mut().for_each(without_notes);
        }
        Value::Array(items) => items.iter_mut().for_each(without_notes),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

impl Voices {
    /// Whether it is a customer, to whom not everything is shown.
    pub(super) fn is_customers(self) -> bool {
        self.only == Some(Actor::Customer)
    }
}
