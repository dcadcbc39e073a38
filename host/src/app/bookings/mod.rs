//! Bookings of several appointments: one customer, one price, one deposit.
//!
//! Invariant: all of a booking's appointments are made in one transaction, or none; so is whatever is done with the
//! booking as a whole. What it costs follows from the appointments that stand; what it cost when it was made is kept.
//!
//! Deliberately absent: what an appointment may do, which is the same as without a booking.

mod commands;
mod parallel;
mod plan;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use commands::{BookingCommand, CancelBooking};

use super::bundle::{Bundle, merged, version};
use super::snapshot::{When, one_provider};
use super::{App, Error, Finding, Reply, Request, Result, translate};
use crate::model::{
    Acting, Actor, Appointment, AppointmentId, BookingId, BranchId, CaseId, CompanyId, CustomerId,
    Preference, ProviderId, Quote, ServiceId, Status, UnitId,
};
use crate::store::{self, AppointmentFilter, Frame};
use crate::wasm::bindings::slotledger::rules::decisions::Snapshot;

/// Most appointments of one booking: each is a decision of its own inside one request.
pub const MAX_ITEMS: usize = 20;

/// How the appointments of a booking lie in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
// Extensions have a mode as well, and the description of the API tells schemas apart by their names alone.
#[schema(as = BookingMode)]
pub enum Mode {
    /// One after another: each visit starts when the one before it ends, or at its own start if that is not earlier.
    /// Buffers are the provider's: with another provider the next visit starts at once, with the same one it starts
    /// when the buffer after the one and the buffer before the other are over.
    Sequential,
    /// All at the same start, each with a provider of its own: all or none.
    Parallel,
    /// Each at its own start.
    Free,
}

/// Several appointments to be booked together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BookingRequest {
    /// For whom; may be left out where a case is named.
    #[serde(default)]
    pub customer: Option<CustomerId>,
    /// The case they belong to, which says for whom and where they are.
    #[serde(default)]
    pub case: Option<CaseId>,
    /// How they lie in time.
    pub mode: Mode,
    /// The appointments, all of the same company.
    #[schema(min_items = 1, max_items = 20)]
    pub items: Vec<BookingItem>,
    /// The currency the customer was shown; another than the company's is refused.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    pub currency: Option<String>,
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

/// One appointment of a booking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BookingItem {
    /// The service.
    pub service: ServiceId,
    /// With whom; none means anybody who offers it.
    #[serde(default)]
    pub provider: Option<ProviderId>,
    /// Where; none means at any branch that offers it, the oldest that can going first.
    #[serde(default)]
    pub branch: Option<BranchId>,
    /// When the visit starts. One after another, only the first has to say so; in parallel, any of them.
    #[serde(default)]
    pub start: Option<DateTime<Utc>>,
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
    /// The coupon that the customer names for it.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    pub coupon: Option<String>,
}

/// A booking, as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BookingView {
    /// Its identifier.
    pub id: BookingId,
    /// Whose.
    pub company: CompanyId,
    /// For whom.
    pub customer: CustomerId,
    /// The case it belongs to.
    pub case: Option<CaseId>,
    /// How its appointments were asked to lie in time.
    pub mode: Mode,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// ISO 4217 code.
    pub currency: String,
    /// What the appointments that stand cost before tax.
    #[schema(value_type = String)]
    pub net: Decimal,
    /// The part of it asked for in advance.
    #[schema(value_type = String)]
    pub deposit: Decimal,
    /// What is left to pay of the net amount; tax comes on top.
    #[schema(value_type = String)]
    pub balance: Decimal,
    /// What it cost when it was made.
    pub agreed: Quote,
    /// Its appointments in the order they were made in, those included that no longer stand.
    pub appointments: Vec<Appointment>,
    /// Appointments that the command left as they were, and why.
    pub left_out: Vec<LeftOut>,
}

/// An appointment that was left as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeftOut {
    /// Which.
    pub appointment: AppointmentId,
    /// What the rules have against it.
    pub findings: Vec<Finding>,
}

/// What is kept of a booking beside its appointments.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Details {
    mode: Mode,
    case: Option<CaseId>,
    agreed: Quote,
}

impl BookingView {
    /// Counts the changes of its appointments.
    #[must_use]
    pub fn version(&self) -> i64 {
        version(&self.appointments)
    }
}

impl App {
    /// Takes slots for several appointments at once. Each is open, and all of them are one booking.
    pub async fn book(
        &self,
        wanted: BookingRequest,
        actor: impl Into<Acting> + Send,
        request: Option<&Request>,
    ) -> Result<Reply<BookingView>> {
        let actor = actor.into();
        plan::check(&wanted)?;
        self.until_settled(request, || Box::pin(self.try_book(&wanted, actor, request))).await
    }

    async fn try_book(
        &self,
        wanted: &BookingRequest,
        actor: Acting,
        request: Option<&Request>,
    ) -> Result<BookingView> {
        let mut bundle = self.plan(wanted, actor).await?;
        let id = BookingId(self.ports.clock.new_id());
        bundle.changes.iter_mut().for_each(|change| change.appointment.booking = Some(id));
        let made: Vec<Appointment> = bundle.changes.iter().map(|change| change.appointment.clone()).collect();
        let Some(first) = made.first() else { return Err(Error::field("items", "name at least one")) };
        let agreed = self.total(&made).await?;
        let details = Details { mode: wanted.mode, case: first.case, agreed: agreed.clone() };
        let frame = store::Booking {
            id,
            company: first.company,
            customer: first.customer,
            created_at: first.created_at,
            details: serde_json::to_value(&details).map_err(corrupt)?,
        };
        let view = |appointments: Vec<Appointment>| view(&frame, &details, &agreed, appointments);
        let render = |stored: &[&Appointment]| json(&view(stored.iter().copied().cloned().collect()));
        let answer = request.map(|request| request.pending(201, &render));
        let stored = self.store_all(bundle, Some(Frame::Booking(frame.clone())), answer).await?;
        Ok(view(stored))
    }

    /// One booking.
    pub async fn booking(&self, id: BookingId) -> Result<BookingView> {
        let (frame, details) = self.booking_frame(id).await?;
        let appointments = self.booked(id).await?;
        let totals = self.totals(&details, &appointments).await?;
        Ok(view(&frame, &details, &totals, appointments))
    }

    async fn booking_frame(&self, id: BookingId) -> Result<(store::Booking, Details)> {
        let frame = self.ports.store.booking(id).await?.ok_or_else(|| Error::missing("booking", id))?;
        let details = serde_json::from_value(frame.details.clone()).map_err(corrupt)?;
        Ok((frame, details))
    }

    async fn booked(&self, id: BookingId) -> Result<Vec<Appointment>> {
        let filter = AppointmentFilter { booking: Some(id), ..AppointmentFilter::default() };
        self.every_appointment(&filter).await
    }

    /// What the appointments that stand cost together; nothing if none does.
    async fn totals(&self, details: &Details, appointments: &[Appointment]) -> Result<Quote> {
        let standing: Vec<Appointment> = appointments.iter().filter(|one| counts(one)).cloned().collect();
        if !standing.is_empty() {
            return self.total(&standing).await;
        }
        let currency = details.agreed.currency.clone();
        Ok(Quote { currency, lines: Vec::new(), net: Decimal::ZERO, deposit: Decimal::ZERO, coupon: None })
    }

    /// What the rules are shown of whoever sells these appointments.
    async fn seller(&self, appointments: &[Appointment]) -> Result<Snapshot> {
        let first = appointments.first().ok_or_else(|| translate::contradiction("a booking of nothing"))?;
        let scene = self.scene(first.service, None, Actor::System.into()).await?;
        let calendars = one_provider(&scene, first.provider, &When::Never, None)?;
        self.snapshot(&scene, &calendars).await
    }

    /// Asks the rules what appointments cost together.
    async fn total(&self, appointments: &[Appointment]) -> Result<Quote> {
        let snapshot = self.seller(appointments).await?;
        let quotes =
            appointments.iter().map(|one| translate::quote(&one.quote)).collect::<Result<Vec<_>>>()?;
        translate::quote_back(self.ports.rules.total(&snapshot, &quotes)?.map_err(translate::refused)?)
    }
}

/// Whether an appointment is a part of what its booking costs.
const fn counts(appointment: &Appointment) -> bool {
    !matches!(appointment.status, Status::Cancelled | Status::NoShow)
}

fn view(
    frame: &store::Booking,
    details: &Details,
    totals: &Quote,
    appointments: Vec<Appointment>,
) -> BookingView {
    let paid: Decimal = appointments
        .iter()
        .filter(|one| counts(one))
        .flat_map(|one| &one.payments)
        .map(|payment| payment.amount)
        .sum();
    BookingView {
        id: frame.id,
        company: frame.company,
        customer: frame.customer,
        case: details.case,
        mode: details.mode,
        created_at: frame.created_at,
        currency: totals.currency.clone(),
        net: totals.net,
        deposit: totals.deposit,
        balance: totals.net - paid,
        agreed: details.agreed.clone(),
        appointments,
        left_out: Vec::new(),
    }
}

fn json(view: &BookingView) -> String {
    serde_json::to_string(view).unwrap_or_default()
}

fn corrupt(error: serde_json::Error) -> Error {
    Error::Store(store::Error::Corrupt("booking", Box::new(error)))
}

/// The appointments as a commit leaves them.
fn after(before: &[Appointment], bundle: &Bundle) -> Vec<Appointment> {
    let changed: Vec<&Appointment> = bundle.changes.iter().map(|change| &change.appointment).collect();
    merged(before, &changed)
}
