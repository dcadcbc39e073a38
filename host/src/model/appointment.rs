//! The appointment, its trail, and the time it takes from a provider.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::access::By;
use super::{
    AppointmentId, BookingId, BranchId, CaseId, CompanyId, CustomerId, PostingPolicy, Preference, ProviderId,
    SeriesId, ServiceId, SharedDocument, UnitId,
};

/// Where an appointment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Slots are held while the booking is finished; the hold runs out.
    Open,
    /// The slot is set; the customer has not acknowledged it.
    Scheduled,
    /// The customer, or staff, has acknowledged it.
    Confirmed,
    /// The provider is on the way.
    EnRoute,
    /// Work has started.
    InProgress,
    /// Work is interrupted.
    Paused,
    /// Delivered.
    Completed,
    /// Void; the reason is kept.
    Cancelled,
    /// The customer was not there.
    NoShow,
}

impl Status {
    /// The name used in the store and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Scheduled => "scheduled",
            Self::Confirmed => "confirmed",
            Self::EnRoute => "en_route",
            Self::InProgress => "in_progress",
            Self::Paused => "paused",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
            Self::NoShow => "no_show",
        }
    }
}

/// On whose behalf a command comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// The customer.
    Customer,
    /// The person or team that performs the service.
    Provider,
    /// A dispatcher, the front desk or an administrator.
    Staff,
    /// Slotledger itself: a hold that ran out.
    System,
}

/// One line of a price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QuoteLine {
    /// What it is.
    pub description: String,
    /// The item it is sold as.
    pub item: String,
    /// How many.
    #[schema(value_type = String)]
    pub quantity: Decimal,
    /// Net price of one; below zero where a coupon takes something off.
    #[schema(value_type = String)]
    pub unit_price: Decimal,
    /// What one costs without a discount; none where there is none.
    #[schema(value_type = Option<String>)]
    pub list_price: Option<Decimal>,
    /// Net amount, rounded to the currency.
    #[schema(value_type = String)]
    pub amount: Decimal,
}

/// What an appointment costs before tax.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Quote {
    /// ISO 4217 code.
    pub currency: String,
    /// Its lines.
    pub lines: Vec<QuoteLine>,
    /// The sum of the lines' amounts.
    #[schema(value_type = String)]
    pub net: Decimal,
    /// The part asked for in advance.
    #[schema(value_type = String)]
    pub deposit: Decimal,
    /// The code of the coupon that lowered it.
    pub coupon: Option<String>,
}

/// When work really took place.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Timing {
    /// When work started.
    pub started: Option<DateTime<Utc>>,
    /// When the pause that still lasts began.
    pub paused: Option<DateTime<Utc>>,
    /// Seconds of all pauses that are over.
    pub paused_seconds: u64,
    /// When work ended.
    pub finished: Option<DateTime<Utc>>,
}

/// Money received in advance, or paid back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Payment {
    /// How much, in the appointment's currency; below zero where it was paid back.
    #[schema(value_type = String)]
    pub amount: Decimal,
    /// What the payment is known by where it was made.
    pub reference: String,
    /// How it was made, by the name that the books use.
    pub method: Option<String>,
    /// When it was received.
    pub at: DateTime<Utc>,
}

/// A visit that customers share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SharedVisit {
    /// The same for all of its appointments.
    pub key: String,
    /// How many guests it has room for.
    pub seats: u32,
}

/// The commitment: a customer, a service, a provider, a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Appointment {
    /// Its identifier.
    pub id: AppointmentId,
    /// The reference people use, numbered by the store when it is made: `APT-0042 — Cooling System Service`.
    pub name: String,
    /// Whose.
    pub company: CompanyId,
    /// Where.
    pub branch: BranchId,
    /// What.
    pub service: ServiceId,
    /// For whom.
    pub customer: CustomerId,
    /// By whom.
    pub provider: ProviderId,
    /// The units it uses.
    pub units: Vec<UnitId>,
    /// The visit it is a part of, where customers share one.
    pub shared: Option<SharedVisit>,
    /// The case it belongs to.
    pub case: Option<CaseId>,
    /// The booking it was sold in, with others.
    pub booking: Option<BookingId>,
    /// The series it recurs in.
    pub series: Option<SeriesId>,
    /// Where it stands.
    pub status: Status,
    /// Counts its changes, from 1; the ETag, and part of every document's key.
    pub revision: u32,
    /// When the visit starts.
    pub start: DateTime<Utc>,
    /// When the visit ends.
    pub end: DateTime<Utc>,
    /// When the time taken from the provider starts, buffer included.
    pub reserved_start: DateTime<Utc>,
    /// When the time taken from the provider ends, buffer included.
    pub reserved_end: DateTime<Utc>,
    /// How many guests.
    pub guests: u32,
    /// What it costs before tax.
    pub quote: Quote,
    /// What was paid in advance.
    pub payments: Vec<Payment>,
    /// What is left to pay of the net amount; tax comes on top.
    #[schema(value_type = String)]
    pub balance: Decimal,
    /// When the hold runs out; none once it is booked.
    pub hold_until: Option<DateTime<Utc>>,
    /// It is done, and waits to be invoiced with others of its customer, which happens by itself at this moment.
    pub invoice_after: Option<DateTime<Utc>>,
    /// When work really took place.
    pub timing: Timing,
    /// When the provider, who is on the way, expects to arrive; none unless they have said so.
    pub expected_arrival: Option<DateTime<Utc>>,
    /// How often it, or the one it replaces, was rescheduled.
    pub reschedules: u32,
    /// What the customer wished for when it was booked; what is required holds for whoever takes over.
    pub preferences: Vec<Preference>,
    /// Where the visit is, if not at the customer's address.
    pub location: Option<String>,
    /// Internal notes.
    pub notes: String,
    /// Notes for the customer.
    pub remarks: String,
    /// Why it was cancelled or declined.
    pub cancellation_reason: Option<String>,
    /// The appointment it replaces or follows.
    pub predecessor: Option<AppointmentId>,
    /// The appointment that replaces or follows it.
    pub successor: Option<AppointmentId>,
    /// The appointments that it was moved from, oldest first: what was asked for them is its own.
    pub replaces: Vec<AppointmentId>,
    /// How its books are kept, from its confirmation on.
    pub terms: Option<PostingPolicy>,
    /// Documents that it asked for and that are about other appointments.
    pub shared_documents: Vec<SharedDocument>,
    /// The appointments that asked for the invoices of a week or month that it is on.
    pub invoiced_with: Vec<AppointmentId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl Appointment {
    /// What is left to pay of a net amount.
    #[must_use]
    pub fn left_to_pay(quote: &Quote, payments: &[Payment]) -> Decimal {
        quote.net - payments.iter().map(|payment| payment.amount).sum::<Decimal>()
    }

    /// Where the visit is: where it was said to be, else at `home`, the customer's address; none means at the branch.
    #[must_use]
    pub fn address<'a>(&'a self, home: Option<&'a str>) -> Option<&'a str> {
        let said = self.location.as_deref().or(home);
        said.filter(|address| !address.trim().is_empty())
    }

    /// What of the deposit is not paid; none where nothing is missing.
    #[must_use]
    pub fn deposit_left(&self) -> Option<Decimal> {
        let left = self.quote.deposit - (self.quote.net - self.balance);
        (left > Decimal::ZERO).then_some(left)
    }
}

/// Time taken from a provider and from units, buffers included. The store refuses two of different visits that overlap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// From whom.
    pub provider: ProviderId,
    /// By which appointment.
    pub appointment: AppointmentId,
    /// The first moment of it.
    pub start: DateTime<Utc>,
    /// The first moment after it.
    pub end: DateTime<Utc>,
    /// The visit that customers share; none where the time is one appointment's own.
    pub shared: Option<SharedVisit>,
    /// How many guests it brings.
    pub guests: u32,
    /// The units it uses for the same time.
    pub units: Vec<UnitId>,
}

/// Time taken from a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitClaim {
    /// Which.
    pub unit: UnitId,
    /// By which appointment.
    pub appointment: AppointmentId,
    /// Its visit: what the appointments of a shared visit have in common, else the appointment's own identifier.
    pub visit: String,
    /// The first moment of it.
    pub start: DateTime<Utc>,
    /// The first moment after it.
    pub end: DateTime<Utc>,
}

/// One entry of an appointment's trail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Event {
    /// The appointment.
    pub appointment: AppointmentId,
    /// The revision it led to.
    pub revision: u32,
    /// When.
    pub at: DateTime<Utc>,
    /// On whose behalf.
    pub actor: Actor,
    /// Who sent the command; none where the host acts by itself, and for what happened before this was kept.
    pub by: Option<By>,
    /// `appointment.confirmed` and the like.
    pub name: String,
    /// What happened, for a person.
    pub message: String,
    /// The status before; none for the first.
    pub from: Option<Status>,
    /// The status after.
    pub to: Status,
    /// SHA-256 of the rules component that decided it, hexadecimal.
    pub rules_digest: String,
    /// Further properties, as pairs of name and value.
    pub attributes: Vec<(String, String)>,
}
