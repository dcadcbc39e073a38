//! What an operation needs, stated beside its route.
//!
//! Invariant: what is documented and what is checked are the same: both are read from the description of the API.

use std::collections::HashMap;

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::openapi::OpenApi;
use uuid::Uuid;

use crate::app::Target;
use crate::model::{Kind, Scope};

/// What `/openapi.json` calls it.
pub(in crate::http) const EXTENSION: &str = "x-slotledger-needs";

/// What an operation needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::http) struct Need {
    /// The scope.
    pub(in crate::http) scope: Scope,
    /// What says whose data it is about.
    pub(in crate::http) about: About,
}

/// What says whose data an operation is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::http) enum About {
    /// Nobody's: whoever has the scope anywhere may.
    Nobody,
    /// The whole installation: only grants without a company count.
    Installation,
    /// The record in the path.
    Path(Subject),
    /// The connection that the path names: all companies whose documents go to it.
    Connection,
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
pub(in crate::http) enum Subject {
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
pub(in crate::http) enum Pin {
    Company,
    Branch,
    Provider,
    Customer,
}

impl Need {
    /// Needs this, whoever's data it is.
    pub(in crate::http) const fn anywhere(scope: Scope) -> Self {
        Self { scope, about: About::Nobody }
    }

    /// Needs this everywhere.
    pub(in crate::http) const fn everywhere(scope: Scope) -> Self {
        Self { scope, about: About::Installation }
    }

    /// Needs this for the record in the path.
    pub(in crate::http) const fn of(scope: Scope, subject: Subject) -> Self {
        Self { scope, about: About::Path(subject) }
    }

    /// Needs this for every company whose documents go to the connection that the path names.
    pub(in crate::http) const fn books(scope: Scope) -> Self {
        Self { scope, about: About::Connection }
    }

    /// Needs this for what the body names.
    pub(in crate::http) const fn body(scope: Scope) -> Self {
        Self { scope, about: About::Body }
    }

    /// Needs this for what the query names.
    pub(in crate::http) const fn query(scope: Scope) -> Self {
        Self { scope, about: About::Query }
    }

    /// Needs this for what a query with these parameters lists.
    pub(in crate::http) fn list(scope: Scope, pins: &[Pin]) -> Self {
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
    pub(super) fn target(self, text: &str) -> Option<Target> {
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
pub(in crate::http) struct Needs(HashMap<(String, String), Option<Need>>);

impl Needs {
    /// Reads them from the description, so that what is documented and what is checked are the same.
    pub(in crate::http) fn of(api: &OpenApi) -> Self {
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
    pub(in crate::http) fn stated(all: impl Iterator<Item = (Method, String, Need)>) -> Self {
        Self(all.map(|(method, path, need)| ((method.as_str().to_owned(), path), Some(need))).collect())
    }

    /// What a request to this path needs; none where the path does not take the method.
    pub(in crate::http) fn find(&self, method: &Method, path: &str) -> Option<&Option<Need>> {
        let method = if method == Method::HEAD { &Method::GET } else { method };
        self.0.get(&(method.as_str().to_owned(), path.to_owned()))
    }
}

impl Pin {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Branch => "branch",
            Self::Provider => "provider",
            Self::Customer => "customer",
        }
    }
}
