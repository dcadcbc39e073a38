//! What is searched for: the query, its defaults and its limits.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::{Error, Result, SLOT_MINUTES, hold};
use crate::model::fields::GUESTS;
use crate::model::{
    Appointment, AppointmentId, BranchId, CustomerId, Preference, ProviderId, ServiceId, Wish,
};
use crate::wasm::bindings::slotledger::rules::decisions::Ranking;

/// The longest span one search covers. A month of five-minute slots of a provider is 9 kB of calendar.
pub const MAX_RANGE_DAYS: i64 = 62;
/// The span searched when none is given.
const DEFAULT_RANGE_DAYS: i64 = 14;
/// The most openings one answer lists.
pub const MAX_OPENINGS: u32 = 500;
const DEFAULT_OPENINGS: u32 = 50;
const DEFAULT_STEP_MINUTES: u32 = 15;
/// A day: a longer step finds nothing that a search from another start would not.
const MAX_STEP_MINUTES: u32 = 24 * 60;
/// More are rather anybody.
const MAX_PROVIDERS: usize = 100;

/// A search.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OpeningsQuery {
    /// The service.
    pub service: ServiceId,
    /// Visits starting at or after this; none means now.
    pub from: Option<DateTime<Utc>>,
    /// Visits starting before this; none means two weeks after `from`, and no later than 62 days after it.
    pub to: Option<DateTime<Utc>>,
    /// Only in this branch.
    pub branch: Option<BranchId>,
    /// Only with these providers, commas between them; none means anybody.
    #[serde(default, rename = "provider")]
    #[param(value_type = Option<Vec<ProviderId>>, rename = "provider", style = Form, explode = false, max_items = 100)]
    pub providers: Providers,
    /// How many guests; none means one.
    #[param(minimum = 1, maximum = 10_000)]
    pub guests: Option<u32>,
    /// A start is tried every so many minutes, a multiple of 5; none means 15.
    #[param(minimum = 5, maximum = 1440, multiple_of = 5)]
    pub step_minutes: Option<u32>,
    /// No more openings than this, at most 500; none means 50.
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u32>,
    /// Which openings come first; none means the earliest.
    #[param(inline)]
    pub ranking: Option<Order>,
    /// The moment that `nearest` measures from; none means `from`.
    pub near: Option<DateTime<Utc>>,
    /// For whom: `same_provider` asks with whom their last visit was.
    pub customer: Option<CustomerId>,
    /// A gender the customer would like the provider to have.
    #[param(max_length = 100)]
    pub gender: Option<String>,
    /// A language the provider should speak, a BCP 47 tag.
    #[param(max_length = 35)]
    pub language: Option<String>,
    /// A skill the provider should have.
    #[param(max_length = 100)]
    pub skill: Option<String>,
    /// Which of `gender`, `language` and `skill` have to be met, commas between them, or `true` for all; of the others
    /// holds that, of those who are otherwise equal and at the same time, those who meet more come first.
    #[serde(default)]
    #[param(value_type = Option<String>, max_length = 100)]
    pub strict: Strict,
    /// The appointment that is to be moved: its own time counts as free, and is not offered to it. Only who has shown that they
    /// may move it says so.
    #[serde(skip)]
    pub moving: Option<AppointmentId>,
}

/// Which wishes of a search have to be met.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Strict {
    gender: bool,
    language: bool,
    skill: bool,
}

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut strict = Self::default();
        for wish in text.split(',').filter(|wish| !wish.is_empty()) {
            match wish {
                "false" => {}
                "true" => strict = Self { gender: true, language: true, skill: true },
                "gender" => strict.gender = true,
                "language" => strict.language = true,
                "skill" => strict.skill = true,
                other => {
                    let message = format!("«{other}» is none of true, false, gender, language and skill");
                    return Err(D::Error::custom(message));
                }
            }
        }
        Ok(strict)
    }
}

/// The providers that a search is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Providers(pub Vec<ProviderId>);

impl Providers {
    /// The provider, where the search is about one.
    pub(super) fn only(&self) -> Option<ProviderId> {
        if let [provider] = *self.0 { Some(provider) } else { None }
    }
}

impl<'de> Deserialize<'de> for Providers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let ids = text.split(',').filter(|id| !id.is_empty()).map(str::parse);
        ids.collect::<std::result::Result<_, _>>().map(Self).map_err(D::Error::custom)
    }
}

/// Which openings come first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// The earliest.
    #[default]
    Earliest,
    /// Those that leave the fewest gaps too short for another visit.
    LeastFragmenting,
    /// Those with the provider of the customer's last visit.
    SameProvider,
    /// Those with the provider who has least to do.
    Fairest,
    /// Those nearest to a moment.
    Nearest,
    /// The earliest, and of those that start together only the first.
    EarliestStarts,
}

/// A search with its defaults filled in and its limits kept.
#[derive(Debug, Clone)]
pub(in crate::app) struct Search {
    pub(in crate::app) from: DateTime<Utc>,
    pub(in crate::app) to: DateTime<Utc>,
    pub(in crate::app) guests: u32,
    pub(in crate::app) step_minutes: u32,
    pub(in crate::app) limit: u32,
    pub(in crate::app) preferences: Vec<Preference>,
    pub(in crate::app) ranking: Ranking,
    pub(in crate::app) near: Option<DateTime<Utc>>,
    pub(in crate::app) last_provider: Option<ProviderId>,
    pub(in crate::app) moving: Option<Appointment>,
}

impl Search {
    pub(super) fn new(query: &OpeningsQuery, now: DateTime<Utc>) -> Result<Self> {
        let from = whole_second(query.from.unwrap_or(now));
        hold::sensible("from", from)?;
        let to = whole_second(query.to.unwrap_or(from + TimeDelta::days(DEFAULT_RANGE_DAYS)));
        hold::sensible("to", to)?;
        if to <= from {
            return Err(Error::field("to", "the end of the span has to be after its start"));
        }
        if to - from > TimeDelta::days(MAX_RANGE_DAYS) {
            return Err(Error::field("to", format!("a search covers at most {MAX_RANGE_DAYS} days")));
        }
        let guests = query.guests.unwrap_or(1);
        if !(1..=GUESTS).contains(&guests) {
            return Err(Error::field("guests", format!("a visit has between 1 and {GUESTS} guests")));
        }
        if query.providers.0.len() > MAX_PROVIDERS {
            return Err(Error::field("provider", format!("at most {MAX_PROVIDERS} providers can be named")));
        }
        let step_minutes = query.step_minutes.unwrap_or(DEFAULT_STEP_MINUTES);
        if step_minutes == 0 || !step_minutes.is_multiple_of(SLOT_MINUTES) || step_minutes > MAX_STEP_MINUTES
        {
            let message = format!("the step is a multiple of {SLOT_MINUTES}, at most {MAX_STEP_MINUTES}");
            return Err(Error::field("step_minutes", message));
        }
        let limit = query.limit.unwrap_or(DEFAULT_OPENINGS);
        if limit == 0 || limit > MAX_OPENINGS {
            return Err(Error::field(
                "limit",
                format!("between 1 and {MAX_OPENINGS} openings can be asked for"),
            ));
        }
        Ok(Self {
            from,
            to,
            guests,
            step_minutes,
            limit,
            preferences: preferences(query),
            ranking: ranking(query.ranking.unwrap_or_default()),
            near: query.near,
            last_provider: None,
            moving: None,
        })
    }
}

/// The first whole second at or after the moment. Visits start on whole seconds, and the rules know no others: what
/// starts at or after, or before, the one does so of the other.
fn whole_second(at: DateTime<Utc>) -> DateTime<Utc> {
    let before = at.trunc_subsecs(0);
    if before < at { before + TimeDelta::seconds(1) } else { at }
}

fn preferences(query: &OpeningsQuery) -> Vec<Preference> {
    let Strict { gender, language, skill } = query.strict;
    let wishes = [
        (query.gender.clone().map(Wish::Gender), gender),
        (query.language.clone().map(Wish::Language), language),
        (query.skill.clone().map(Wish::Skill), skill),
    ];
    let wished = wishes.into_iter().filter_map(|(wish, required)| Some(Preference { wish: wish?, required }));
    wished.collect()
}

const fn ranking(order: Order) -> Ranking {
    match order {
        Order::Earliest => Ranking::Earliest,
        Order::LeastFragmenting => Ranking::LeastFragmenting,
        Order::SameProvider => Ranking::SameProvider,
        Order::Fairest => Ranking::Fairest,
        Order::Nearest => Ranking::Nearest,
        Order::EarliestStarts => Ranking::EarliestStarts,
    }
}
