//! The host's nouns: what is stored and shown.
//!
//! Invariant: these types describe; they decide nothing. What may be booked is the rules component's business; here
//! is checked only that a value has a sensible shape (see [`master::Master::check`]).

pub mod appointment;
pub mod calendar;
pub mod check;
pub mod delivery;
pub mod fields;
pub mod ids;
pub mod master;

pub use appointment::{Actor, Appointment, Claim, Event, Quote, QuoteLine, Status, Timing};
pub use calendar::{Break, Leave, OpeningHours, Shift};
pub use delivery::{Delivery, DeliveryState};
pub use ids::{AppointmentId, BranchId, CompanyId, CustomerId, LeaveId, ProviderId, ServiceId, UnitId};
pub use master::{
    Branch, Company, Consumable, Customer, FieldError, Kind, Master, PriceBasis, PriceRow, Provider, Service,
    Stored, Unit,
};
