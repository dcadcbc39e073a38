//! What is said of a series: what is wanted, what it would be, and what it is.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::Finding;
use crate::app::bundle::version;
use crate::app::hold::Booking;
use crate::model::{
    Appointment, BranchId, CaseId, CompanyId, CustomerId, Preference, ProviderId, SeriesId, ServiceId, UnitId,
};

/// Appointments that recur.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeriesRequest {
    /// The service.
    pub service: ServiceId,
    /// For whom; may be left out where a case is named.
    #[serde(default)]
    pub customer: Option<CustomerId>,
    /// The case they belong to, which says for whom and where they are.
    #[serde(default)]
    pub case: Option<CaseId>,
    /// Where the rule begins to count. It is the first occurrence if the rule holds for it; its local time of day is
    /// every occurrence's.
    pub start: DateTime<Utc>,
    /// When and how often: a recurrence rule by RFC 5545 that repeats daily or less often and ends within two years and
    /// 200 occurrences. It is read in the branch's time zone.
    #[schema(max_length = 500, example = "FREQ=WEEKLY;COUNT=10")]
    pub rule: String,
    /// The last date that is meant, in the branch's time zone; needed if the rule has neither `COUNT` nor `UNTIL`.
    #[serde(default)]
    pub until: Option<NaiveDate>,
    /// Dates that are left out, in the branch's time zone.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub exclude_dates: Vec<NaiveDate>,
    /// Whether occurrences that cannot be booked are left out; else one of them refuses the whole.
    #[serde(default)]
    pub skip_conflicts: bool,
    /// With whom; none means anybody who offers it, each time anew.
    #[serde(default)]
    pub provider: Option<ProviderId>,
    /// Where; needed only if anybody will do and several branches offer the service.
    #[serde(default)]
    pub branch: Option<BranchId>,
    /// How many guests; none means one.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 10_000)]
    pub guests: Option<u32>,
    /// Units that have to be among those used; the rules choose the others.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub units: Vec<UnitId>,
    /// What the customer would like, where no provider is named.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub preferences: Vec<Preference>,
    /// The currency the customer was shown; another than the company's is refused.
    #[serde(default)]
    pub currency: Option<String>,
    /// What stands behind the numbers; none takes the service's name.
    #[serde(default)]
    pub title: Option<String>,
    /// Where the visits are, if neither where the case says nor at the customer's address.
    #[serde(default)]
    pub location: Option<String>,
    /// Internal notes.
    #[serde(default)]
    pub notes: Option<String>,
    /// Notes for the customer.
    #[serde(default)]
    pub remarks: Option<String>,
}

/// One occurrence of a series before it is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Occurrence {
    /// When the visit would start.
    pub start: DateTime<Utc>,
    /// When it would end; none if it cannot be booked.
    pub end: Option<DateTime<Utc>>,
    /// With whom; none if it cannot be booked.
    pub provider: Option<ProviderId>,
    /// Every rule in its way; empty if it can be booked.
    pub findings: Vec<Finding>,
}

/// What a series would be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SeriesPreview {
    /// The time zone in which the rule is read.
    #[schema(value_type = String, example = "Europe/Berlin")]
    pub time_zone: Tz,
    /// Every occurrence in order, each on top of those before it.
    pub occurrences: Vec<Occurrence>,
    /// How many of them cannot be booked.
    pub conflicts: u32,
}

/// A series, as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SeriesView {
    /// Its identifier.
    pub id: SeriesId,
    /// Whose.
    pub company: CompanyId,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// The rule, as it was given.
    pub rule: String,
    /// Where the rule began to count.
    pub start: DateTime<Utc>,
    /// The last date that was meant, if that was said beside the rule.
    pub until: Option<NaiveDate>,
    /// Dates that were left out.
    pub exclude_dates: Vec<NaiveDate>,
    /// The time zone in which the rule was read.
    #[schema(value_type = String, example = "Europe/Berlin")]
    pub time_zone: Tz,
    /// Its appointments in the order they were made in, those included that no longer stand.
    pub appointments: Vec<Appointment>,
    /// Occurrences that could not be booked when it was made.
    pub left_out: Vec<Occurrence>,
}

impl SeriesView {
    /// Counts the changes of its appointments.
    #[must_use]
    pub fn version(&self) -> i64 {
        version(&self.appointments)
    }
}

impl SeriesRequest {
    /// The appointment that begins at `start`.
    pub(super) fn single(&self) -> Booking {
        Booking {
            service: self.service,
            customer: self.customer,
            case: self.case,
            start: self.start,
            end: None,
            provider: self.provider,
            branch: self.branch,
            guests: self.guests,
            units: self.units.clone(),
            preferences: self.preferences.clone(),
            coupon: None,
            currency: self.currency.clone(),
            title: self.title.clone(),
            location: self.location.clone(),
            notes: self.notes.clone(),
            remarks: self.remarks.clone(),
        }
    }
}
