//! Shifts, opening hours and leave: the only place where local times exist besides screens.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc, Weekday};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One shift of a week, in the branch's zone. A provider has any number of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    /// The day it begins on: `Mon`, `Tue`, `Wed`, `Thu`, `Fri`, `Sat` or `Sun`.
    #[schema(value_type = String, example = "Mon", pattern = "^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)$")]
    pub weekday: Weekday,
    /// When it begins, local time.
    #[schema(value_type = String, example = "09:00:00", pattern = r"^([01]\d|2[0-3]):[0-5]\d(:00)?$")]
    pub start: NaiveTime,
    /// When it ends, local time; at or before `start` it ends on the following day.
    #[schema(value_type = String, example = "17:00:00", pattern = r"^([01]\d|2[0-3]):[0-5]\d(:00)?$")]
    pub end: NaiveTime,
    /// Breaks, each inside the shift.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub breaks: Vec<Break>,
    /// The first day it holds; none means always.
    #[serde(default)]
    pub valid_from: Option<NaiveDate>,
    /// The last day it holds; none means for ever.
    #[serde(default)]
    pub valid_until: Option<NaiveDate>,
}

/// A break inside a shift, local time. In an overnight shift a time before the shift's start means the following day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Break {
    /// When it begins.
    #[schema(value_type = String, example = "13:00:00", pattern = r"^([01]\d|2[0-3]):[0-5]\d(:00)?$")]
    pub start: NaiveTime,
    /// When it ends.
    #[schema(value_type = String, example = "14:00:00", pattern = r"^([01]\d|2[0-3]):[0-5]\d(:00)?$")]
    pub end: NaiveTime,
}

/// When a branch is open on one day of the week, in its zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpeningHours {
    /// The day: `Mon` to `Sun`.
    #[schema(value_type = String, example = "Mon", pattern = "^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)$")]
    pub weekday: Weekday,
    /// When it opens.
    #[schema(value_type = String, example = "08:00:00", pattern = r"^([01]\d|2[0-3]):[0-5]\d(:00)?$")]
    pub start: NaiveTime,
    /// When it closes; at or before `start` on the following day.
    #[schema(value_type = String, example = "18:00:00", pattern = r"^([01]\d|2[0-3]):[0-5]\d(:00)?$")]
    pub end: NaiveTime,
}

/// Time a provider is away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Leave {
    /// The first moment of it.
    pub start: DateTime<Utc>,
    /// The first moment after it.
    pub end: DateTime<Utc>,
    /// Why, for the dispatcher.
    #[serde(default)]
    #[schema(max_length = 10_000)]
    pub reason: String,
}
