//! Records that bodies and queries name, each of which has to be in reach.
//!
//! Invariant: together they say whose data the request is about; what says nothing is refused.

use std::sync::Arc;

use axum::http::Uri;
use serde_json::Value;
use url::form_urlencoded;

use super::need::Subject;
use crate::app::{App, Target};
use crate::codes;
use crate::http::problem::Problem;
use crate::model::{Grant, Place, Scope};

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

/// Somebody whose reach is limited, on their way to a handler.
#[derive(Clone)]
pub(in crate::http) struct Limited {
    pub(super) app: Arc<App>,
    pub(super) scope: Scope,
    pub(super) grants: Vec<Grant>,
    /// Whether the path says whose data it is about.
    pub(super) placed: bool,
}

/// The query as the object that a body would be. Commas part the entries of a list.
pub(in crate::http) fn query(uri: &Uri) -> Value {
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
    pub(in crate::http) async fn named(&self, value: &Value) -> Result<(), Problem> {
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
