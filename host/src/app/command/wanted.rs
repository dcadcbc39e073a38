//! What can be asked of an appointment, and what each command says.
//!
//! Deliberately absent: who may give which command when, which the rules say.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::model::{Consumable, ProviderId, Status, UnitId};

/// What somebody wants done with an appointment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Set the slot of a hold.
    Schedule,
    /// Acknowledge it.
    Confirm,
    /// Pay the deposit, which acknowledges it if nobody has yet.
    Pay(Pay),
    /// End a hold that has run out.
    Expire,
    /// Refuse it.
    Decline(Decline),
    /// Set out.
    Depart(Depart),
    /// Begin work.
    Start,
    /// Interrupt work.
    Pause,
    /// Go on with work.
    Resume,
    /// Finish work.
    Complete(Complete),
    /// Finish interrupted work and make an appointment for the rest.
    FollowUp(NewTime),
    /// Call it off.
    Cancel(Cancel),
    /// The customer was not there.
    MarkNoShow,
    /// Move it to another time.
    Reschedule(Reschedule),
    /// Give it to another provider or to other units at the same time.
    Reassign(Reassign),
    /// Put a mistake right.
    Correct(Correct),
    /// Invoice it with others of its customer.
    Invoice,
}

/// Money received in advance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Pay {
    /// How much: the deposit at least, and no more than the net amount.
    #[schema(value_type = String, example = "14.97", pattern = r"^\d{1,12}(\.\d{1,6})?$")]
    pub amount: Decimal,
    /// ISO 4217 code; none takes the appointment's.
    #[serde(default)]
    pub currency: Option<String>,
    /// What the payment is known by where it was made.
    #[schema(min_length = 1, max_length = 200)]
    pub reference: String,
    /// How it was made, by the name that the books use: `Bank Draft`; none takes their usual one.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    pub method: Option<String>,
}

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Decline {
    /// Why; it is kept.
    pub reason: String,
    /// Who takes over; none cancels the appointment.
    #[serde(default)]
    pub replacement: Option<ProviderId>,
}

/// Setting out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Depart {
    /// When the provider expects to arrive: within the next 24 hours. None where they do not say.
    #[serde(default)]
    pub expected_arrival: Option<DateTime<Utc>>,
}

/// The end of work.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Complete {
    /// What was used up; none means what the service lists, an empty list means nothing.
    #[serde(default)]
    pub materials: Option<Vec<Consumable>>,
}

/// The time of a follow-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTime {
    /// When it starts.
    pub start: DateTime<Utc>,
    /// With whom; none means the same provider.
    #[serde(default)]
    pub provider: Option<ProviderId>,
    /// How many guests; none means as many as before.
    #[serde(default)]
    pub guests: Option<u32>,
}

/// A cancellation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Cancel {
    /// Why; it is kept.
    pub reason: String,
    /// Lets staff go past the cut-off, and says why.
    #[serde(default)]
    pub exception_reason: Option<String>,
}

/// A move to another time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reschedule {
    /// When it starts.
    pub start: DateTime<Utc>,
    /// With whom; none means the same provider.
    #[serde(default)]
    pub provider: Option<ProviderId>,
    /// How many guests; none means as many as before.
    #[serde(default)]
    pub guests: Option<u32>,
    /// Why; it is kept.
    pub reason: String,
    /// Lets staff go past the cut-off, and says why.
    #[serde(default)]
    pub exception_reason: Option<String>,
}

/// Another provider, or other units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reassign {
    /// Who takes over; none keeps the present provider.
    #[serde(default)]
    pub provider: Option<ProviderId>,
    /// Units that have to be among those used from now on; the present ones are kept as far as they fit.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub units: Vec<UnitId>,
    /// Why; it is kept.
    #[serde(default)]
    pub reason: Option<String>,
}

/// A mistake put right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Correct {
    /// The status it should have had.
    pub to: Status,
    /// Why; it is kept.
    pub reason: String,
    /// What completed work used up after all, with `to` `completed`: what was posted for the work is taken back, and the
    /// work completed again with this. None leaves it as it is.
    #[serde(default)]
    pub materials: Option<Vec<Consumable>>,
}

impl Command {
    /// The start of the new time that it asks for.
    pub(super) const fn new_start(&self) -> Option<DateTime<Utc>> {
        if let Self::FollowUp(NewTime { start, .. }) | Self::Reschedule(Reschedule { start, .. }) = self {
            Some(*start)
        } else {
            None
        }
    }

    /// The provider that it names.
    pub(super) const fn new_provider(&self) -> Option<ProviderId> {
        if let Self::FollowUp(NewTime { provider, .. })
        | Self::Reschedule(Reschedule { provider, .. })
        | Self::Decline(Decline { replacement: provider, .. }) = self
        {
            *provider
        } else if let Self::Reassign(Reassign { provider, .. }) = self {
            *provider
        } else {
            None
        }
    }

    /// When the provider who sets out expects to arrive, where they say.
    pub(super) const fn arrival(&self) -> Option<DateTime<Utc>> {
        if let Self::Depart(depart) = self { depart.expected_arrival } else { None }
    }

    /// Money that comes with it.
    pub(super) const fn payment(&self) -> Option<&Pay> {
        if let Self::Pay(pay) = self { Some(pay) } else { None }
    }

    /// Why, where it says so.
    pub(super) fn reason(&self) -> Option<String> {
        if let Self::Cancel(Cancel { reason, .. })
        | Self::Decline(Decline { reason, .. })
        | Self::Reschedule(Reschedule { reason, .. })
        | Self::Correct(Correct { reason, .. }) = self
        {
            Some(reason.clone())
        } else {
            None
        }
    }
}
