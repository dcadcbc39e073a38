//! The use cases: gather what a decision depends on, have it decided, store what comes of it.
//!
//! Invariant: nothing here decides a booking. A use case asks the rules component and commits its answer in one
//! transaction; the relay acts on it afterwards.
//!
//! Deliberately absent: HTTP, SQL, and any ERP's name.

mod accounts;
mod alternatives;
mod beside;
mod board;
mod bookings;
mod books;
mod bundle;
mod calendar;
mod catalog;
mod command;
mod compare;
mod conflicts;
pub(crate) mod decisions;
mod earliest;
mod effects;
mod error;
mod expanded;
mod extensions;
mod find;
mod hold;
mod identity;
mod import;
mod invoicing;
mod jobs;
mod journal;
mod known_keys;
mod live;
mod mapping;
mod occupancy;
mod openings;
mod outcome;
mod portal;
mod query;
mod reconcile;
mod repair;
mod replay;
mod reports;
mod request;
mod sale;
pub mod sample;
mod series;
mod setup;
mod snapshot;
mod standing;
mod stock;
#[cfg(test)]
mod tests;
mod translate;
mod views;
mod visits;
mod waitlist;
mod warnings;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Notify;

pub use accounts::{
    AccountChange, AccountView, LinkBody, LinkView, LogIn, NewAccount, NewKey, NewLink, NewPassword,
    NewSession, Purpose, Standing, Welcome, fresh_secret,
};
pub use alternatives::{Alternative, Difference};
pub use board::{Board, BoardQuery, BoardRow, BoardVisit, Gap, Why};
pub use bookings::{
    BookingCommand, BookingItem, BookingRequest, BookingView, CancelBooking, LeftOut, MAX_ITEMS, Mode,
};
pub use books::{Connections, Link};
pub use calendar::day;
pub use command::{
    Ahead, Cancel, Command, Complete, Correct, Decline, Depart, NewTime, Pay, Prospect, Reassign, Reschedule,
};
pub use compare::{asked_for, compare, line_amount};
use compare::{fits, undoes};
pub use conflicts::{Conflict, Conflicts, ConflictsQuery, LeaveAdded};
pub use decisions::{Fixture, NoFixture, Recording};
pub use error::{Error, Finding, Refusal};
pub use extensions::{Health, NewComponent, Say, Stopped, Unmanaged};
pub use hold::Booking;
pub use identity::{Identity, Target, key_hash};
pub use import::{Import, record_kind};
pub use invoicing::InvoicedView;
pub use jobs::{Ink, Job, Workday};
pub use journal::OwnBooks;
pub use live::{Changed, News};
pub use mapping::{MAX_CODES, NewCode};
pub use openings::{
    MAX_OPENINGS, MAX_RANGE_DAYS, Opening, Openings, OpeningsQuery, Order, Providers, Strict,
};
pub use outcome::{EXPECTED_ARRIVAL, TITLE_MARK};
pub(crate) use portal::UNSAID;
pub use portal::{Offer, Visit, Way};
pub use query::RulesInfo;
pub use reconcile::{FindingStory, MAX_DAYS, Night, RepairRequest, advice, remedies};
pub use repair::{DeliveryStory, ParkedFilter, Retried, Voice};
pub use replay::{
    Candidate, CandidateInfo, Change as ReplayChange, ChangeKind, Counts, Difference as Differing, Period,
    Report,
};
pub use reports::{
    AllReports, CurrencyRevenue, MAX_REPORT_DAYS, ProviderUse, ReportPeriod, ReportQuery, RevenueReport,
    UseReport, VisitFigures, VisitGroup, VisitReport, VisitWeek, WeekRevenue,
};
pub use request::{Reply, Request};
pub use series::{CancelSeries, Occurrence, RescheduleSeries, SeriesPreview, SeriesRequest, SeriesView};
pub use setup::{
    DAYS, Founding, OfferedUnits, Offering, Person, Settings, Setup, Step, Template, TemplateService, Terms,
    UnitsWanted, Week,
};
pub use standing::ConnectionView;
pub use stock::Goods;
pub(crate) use views::VIEW_NAME;
pub use visits::NewNote;
pub use waitlist::{WaitRequest, WaitView};

use crate::clock::SharedClock;
use crate::model::CustomerId;
use crate::openid::OpenId;
use crate::store::SharedStore;
use crate::wasm::Rules;

/// What a use case answers.
pub type Result<T> = std::result::Result<T, Error>;

/// The length of a slot. Five minutes divides every shift, break and zone offset in use today.
pub const SLOT_MINUTES: u32 = 5;

/// How often a decision is made anew because something it rests on changed before it was stored. Each try needs
/// another request to have succeeded in between, so that this many in a row means a stampede, not bad luck.
const TRIES: u32 = 8;

/// How long answers to repeated requests are kept.
pub const ANSWERS_KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// What the use cases stand on.
pub struct Ports {
    /// Where everything is kept.
    pub store: SharedStore,
    /// What decides.
    pub rules: Rules,
    /// Time and identifiers.
    pub clock: SharedClock,
    /// The books documents go to.
    pub books: Arc<Connections>,
    /// Told whenever a document has been asked for.
    pub wake: Arc<Notify>,
}

/// The use cases.
pub struct App {
    ports: Ports,
    catalogs: catalog::Cache,
    mappings: mapping::Cache,
    passwords: accounts::secrets::Passwords,
    painter: visits::Painter,
    known_keys: known_keys::KnownKeys,
    extensions: extensions::Cache,
    counted: reports::Kept,
    fits: command::Fits,
    desk: decisions::Desk,
    replays: tokio::sync::Mutex<()>,
    wire: live::Wire,
    openid: OpenId,
    /// The customer that periods were invoiced for last.
    invoiced_last: Mutex<Option<CustomerId>>,
}

impl App {
    /// The use cases on these ports.
    #[must_use]
    pub fn new(ports: Ports) -> Self {
        Self {
            ports,
            catalogs: catalog::Cache::default(),
            mappings: mapping::Cache::default(),
            passwords: accounts::secrets::Passwords::default(),
            painter: visits::Painter::default(),
            known_keys: known_keys::KnownKeys::default(),
            extensions: extensions::Cache::default(),
            counted: reports::Kept::default(),
            fits: command::Fits::default(),
            desk: decisions::Desk::default(),
            replays: tokio::sync::Mutex::default(),
            wire: live::Wire::default(),
            openid: OpenId::default(),
            invoiced_last: Mutex::default(),
        }
    }
}
