//! The host's nouns: what is stored and shown.
//!
//! Invariant: these types describe; they decide nothing. What may be booked is the rules component's business; here
//! is checked only that a value has a sensible shape (see [`master::Master::check`]).

pub mod access;
pub mod account;
pub mod appointment;
pub mod calendar;
pub mod check;
pub mod connection;
pub mod decision;
pub mod delivery;
pub mod extension;
pub mod fields;
pub mod ids;
pub mod master;
pub mod offer;
pub mod party;
pub mod portal;
pub mod posting;
pub mod preference;
pub mod reconcile;
pub mod visit;
pub mod wait;

pub use access::{Acting, By, Grant, Place, Role, Scope};
pub use account::{Account, AccountEvent, ApiKey, Invitation, Session, Signature};
pub use appointment::{
    Actor, Appointment, Claim, Event, Payment, Quote, QuoteLine, SharedVisit, Status, Timing, UnitClaim,
};
pub use calendar::{Break, Leave, OpeningHours, Shift};
pub use connection::{Circuit, CircuitState, CodeKind, Imported, Known, MappedCode, Mapping};
pub use decision::{Decision, DecisionStory, NewAnswer, NewDecision};
pub use delivery::{Act, Attempt, Delivery, DeliveryState, Repair};
pub use extension::{
    Attributes, Component, Extension, ExtensionAct, ExtensionAnswer, ExtensionChange, Mode, OnFailure, Said,
    Settings,
};
pub use ids::{
    AccountId, AppointmentId, BookingId, BranchId, CaseId, CompanyId, CustomerId, NoteId, PhotoId,
    ProviderId, SeriesId, ServiceId, UnitId, WaitId,
};
pub use master::{
    Branch, Case, Company, Consumable, Customer, FieldError, Kind, Master, PriceBasis, PriceRow, Provider,
    Service, Stored, Unit,
};
pub use portal::{Corners, Portal};
pub use posting::{
    Coupon, CouponValue, DepositRefund, DocumentPart, InvoiceFinish, Invoicing, OrderChange, PostingDate,
    PostingPolicy, SharedDocument,
};
pub use preference::{Preference, Wish};
pub use visit::{Note, Photo, Picture, PictureSize, Removed};
pub use wait::WaitState;
