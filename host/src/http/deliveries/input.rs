//! What is sent to list deliveries and to do something about them.

use serde::Deserialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::app::{NewCode, ParkedFilter};
use crate::http::body::{Input, typed};
use crate::http::extract::Checked;
use crate::model::delivery::{Obstacle, obstacle};
use crate::model::fields::{Fields, LINE, TEXT};
use crate::model::{AppointmentId, CompanyId, DeliveryState, FieldError};

/// Which deliveries to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Filter {
    /// Only of this company.
    pub(super) company: Option<CompanyId>,
    /// Only of this appointment.
    pub(super) appointment: Option<AppointmentId>,
    /// Only in this state.
    #[param(inline)]
    pub(super) state: Option<DeliveryState>,
    /// Only what comes after this: `next` of the page before.
    pub(super) after: Option<i64>,
    /// How many at most; 50 if it is left out.
    #[param(minimum = 1, maximum = 200)]
    pub(super) limit: Option<u32>,
}

impl Checked for Filter {
    fn limit(&self) -> Option<u32> {
        self.limit
    }
}

/// Why, where nobody has to say.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Why {
    /// Why.
    #[schema(max_length = 10_000)]
    pub(super) reason: String,
}

impl Input for Why {
    fn read(value: Value) -> Result<Self, Vec<FieldError>> {
        typed(value)
    }

    fn check(&self) -> Vec<FieldError> {
        let mut fields = Fields::default();
        fields.text("reason", &self.reason, TEXT);
        fields.into_errors()
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

/// Why, where it has to be said.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Because {
    /// Why.
    #[schema(min_length = 1, max_length = 200)]
    pub(super) reason: String,
}

impl Input for Because {
    fn read(value: Value) -> Result<Self, Vec<FieldError>> {
        typed(value)
    }

    fn check(&self) -> Vec<FieldError> {
        let mut fields = Fields::default();
        fields.line("reason", &self.reason, LINE);
        fields.into_errors()
    }
}

/// Which document in the books it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Adoption {
    /// Its number, or the identifier the ERP knows it by.
    #[schema(min_length = 1, max_length = 200)]
    pub(super) reference: String,
    /// Why.
    #[serde(default)]
    #[schema(max_length = 10_000)]
    pub(super) reason: String,
}

impl Input for Adoption {
    fn read(value: Value) -> Result<Self, Vec<FieldError>> {
        typed(value)
    }

    fn check(&self) -> Vec<FieldError> {
        let mut fields = Fields::default();
        fields.line("reference", &self.reference, LINE);
        fields.text("reason", &self.reason, TEXT);
        fields.into_errors()
    }
}

/// What codes shall be called in the books.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeliveryEdit)]
pub(super) struct Edit {
    /// Codes that the document names.
    #[schema(min_items = 1, max_items = 200)]
    pub(super) codes: Vec<NewCode>,
    /// Why.
    #[serde(default)]
    #[schema(max_length = 10_000)]
    pub(super) reason: String,
}

impl Input for Edit {
    fn read(value: Value) -> Result<Self, Vec<FieldError>> {
        typed(value)
    }

    fn check(&self) -> Vec<FieldError> {
        let mut fields = Fields::default();
        fields.text("reason", &self.reason, TEXT);
        let mut errors = NewCode::check_all("codes", &self.codes);
        errors.extend(fields.into_errors());
        errors
    }
}

/// Which parked deliveries to try again; left out, all of them.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = RetryParked)]
pub(super) struct Parked {
    /// Only of this company.
    company: Option<CompanyId>,
    /// Only what this stands in the way of: a `reason` of their failures, or `bug`.
    #[schema(schema_with = obstacle)]
    code: Option<Obstacle>,
    /// Only what comes after this: `next` of the answer before.
    #[schema(minimum = 0)]
    after: i64,
    /// Why.
    #[schema(max_length = 10_000)]
    pub(super) reason: String,
}

impl Parked {
    pub(super) const fn filter(&self) -> ParkedFilter {
        ParkedFilter { company: self.company, code: self.code, after: self.after }
    }
}

impl Input for Parked {
    fn read(value: Value) -> Result<Self, Vec<FieldError>> {
        typed(value)
    }

    fn check(&self) -> Vec<FieldError> {
        let mut fields = Fields::default();
        fields.text("reason", &self.reason, TEXT);
        fields.require(self.after >= 0, "after", "must not be negative");
        fields.into_errors()
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}
