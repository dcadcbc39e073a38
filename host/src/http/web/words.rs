//! What pages have in common: the frame around them, their headers, and how moments, statuses and documents are said.

use askama::Template;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Timelike as _, Utc};
use chrono_tz::Tz;
use slotledger_erp::Kind;
use url::form_urlencoded;

use super::assets;
use crate::model::{Actor, Appointment, DeliveryState, Status};

/// The frame of a page.
pub(super) struct Shell {
    pub(super) title: String,
    /// Where else whoever it is may go; nothing before somebody has logged in.
    pub(super) nav: Vec<Way>,
    /// What the account is called.
    pub(super) who: Option<String>,
    pub(super) csrf: String,
    /// What was just done.
    pub(super) flash: Option<&'static str>,
    /// The sample company there is, for whoever may remove it: its name, and where.
    pub(super) sample: Option<(String, String)>,
    pub(super) style: &'static str,
    pub(super) script: &'static str,
}

/// A way to another page.
pub(super) struct Way {
    pub(super) path: &'static str,
    pub(super) label: &'static str,
    pub(super) is_here: bool,
}

/// An entry to choose.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) is_chosen: bool,
}

impl Shell {
    /// The frame for somebody who has not logged in.
    pub(super) fn outside(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            nav: Vec::new(),
            who: None,
            csrf: String::new(),
            flash: None,
            sample: None,
            style: &assets::STYLE.path,
            script: &assets::SCRIPT.path,
        }
    }
}

macro_rules! everywhere {
    () => {
        concat!(
            "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; manifest-src 'self'; ",
            "worker-src 'self'; form-action 'self'; base-uri 'none'"
        )
    };
}

/// What the policies of all pages have in common; each says besides whose images it shows, and whose frames it may be in.
pub(super) const POLICY: &str = everywhere!();

/// The headers of every page.
pub(super) const HEADERS: [(HeaderName, HeaderValue); 5] = [
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(concat!(everywhere!(), "; img-src 'self'; frame-ancestors 'none'")),
    ),
    // With no-referrer browsers would send the forms from an origin called null.
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
];

/// A page.
pub(super) fn html(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(text) => (status, HEADERS, text).into_response(),
        Err(error) => {
            tracing::error!(%error, "A page cannot be rendered.");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Sends the browser to a path of ours.
pub(super) fn to(path: &str) -> Response {
    let location = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

/// A path with these fields, those left empty left out.
pub(super) fn address(path: &str, fields: &[(&str, &str)]) -> String {
    let told = fields.iter().filter(|(_, text)| !text.is_empty());
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(told).finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// A moment with its zone.
pub(super) fn moment(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%a %-d %b %Y, %H:%M %Z").to_string()
}

/// Two ends of a visit, the day once where it is the same.
pub(super) fn span(start: DateTime<Utc>, end: DateTime<Utc>, zone: Tz) -> String {
    let (from, to) = (start.with_timezone(&zone), end.with_timezone(&zone));
    let end = if from.date_naive() == to.date_naive() { "%H:%M %Z" } else { "%a %-d %b, %H:%M %Z" };
    format!("{} – {}", from.format("%a %-d %b %Y, %H:%M"), to.format(end))
}

/// A day.
pub(super) fn day(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%a %-d %b %Y").to_string()
}

/// A time of day.
pub(super) fn time(at: DateTime<Utc>, zone: Tz) -> String {
    // A board has thousands of them: reading a pattern for each would take longer than reading the clock.
    let local = at.with_timezone(&zone).time();
    format!("{:02}:{:02}", local.hour(), local.minute())
}

/// What a zone is called at a moment.
pub(super) fn zone(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%Z").to_string()
}

/// Every status, in the order of a visit.
pub(super) const STATUSES: [Status; 9] = [
    Status::Open,
    Status::Scheduled,
    Status::Confirmed,
    Status::EnRoute,
    Status::InProgress,
    Status::Paused,
    Status::Completed,
    Status::Cancelled,
    Status::NoShow,
];

/// A status in words.
pub(super) const fn status(status: Status) -> &'static str {
    match status {
        Status::Open => "Open",
        Status::Scheduled => "Scheduled",
        Status::Confirmed => "Confirmed",
        Status::EnRoute => "En route",
        Status::InProgress => "In progress",
        Status::Paused => "Paused",
        Status::Completed => "Completed",
        Status::Cancelled => "Cancelled",
        Status::NoShow => "No show",
    }
}

/// How an appointment stands, in words: one that was called off because it was moved says so.
pub(super) fn standing(of: &Appointment) -> &'static str {
    if is_moved(of) { "Moved" } else { status(of.status) }
}

/// Whether it was called off because it was moved.
pub(super) fn is_moved(of: &Appointment) -> bool {
    of.status == Status::Cancelled && of.successor.is_some()
}

/// Who a command came from, in words.
pub(super) const fn actor(actor: Actor) -> &'static str {
    match actor {
        Actor::Customer => "Customer",
        Actor::Provider => "Provider",
        Actor::Staff => "Staff",
        Actor::System => "Slotledger",
    }
}

/// A kind of document in words.
pub(super) const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::SalesOrder => "Sales order",
        Kind::OrderCancellation => "Order cancellation",
        Kind::SalesInvoice => "Sales invoice",
        Kind::StockIssue => "Stock issue",
        Kind::Commission => "Commission",
        Kind::CreditNote => "Credit note",
        Kind::StockReturn => "Stock return",
        Kind::CommissionReversal => "Commission reversal",
        Kind::OrderAmendment => "Order amendment",
        Kind::Advance => "Advance",
        Kind::AdvanceRefund => "Advance refund",
    }
}

/// Where a delivery stands, in words.
pub(super) const fn delivery(state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::Pending => "Waiting",
        DeliveryState::Leased => "Being sent",
        DeliveryState::Done => "In the books",
        DeliveryState::Parked => "Parked",
        DeliveryState::Skipped => "Skipped",
    }
}

/// What the appointment after it is to it.
pub(super) fn successor(of: &Appointment) -> &'static str {
    if is_moved(of) { "Moved to the new appointment" } else { "Followed by another appointment" }
}

/// An address as it stands in a sentence.
pub(super) fn on_a_line(address: &str) -> String {
    let lines = address.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join(", ")
}

/// What was just done, by the word that its address carries. Nothing else can be put into a page in this way.
pub(super) fn done(word: &str) -> Option<&'static str> {
    Some(match word {
        "held" => "The time is held. Confirm it to make it firm.",
        "schedule" => "It is scheduled.",
        "confirm" => "It is confirmed.",
        "decline" => "It is declined.",
        "depart" => "The provider is on the way.",
        "start" => "Work has started.",
        "pause" => "Work is paused.",
        "resume" => "Work goes on.",
        "complete" => "It is completed. Its documents are on their way to the books.",
        "follow-up" => "The rest is booked. This is the new appointment.",
        "received" => "The goods are in stock, and posted.",
        "note" => "The note is kept.",
        "photos" => "The photo is kept.",
        "photo-removed" => "The photo is removed.",
        "sign" => "The signature is kept.",
        "no-show" => "It is marked as a no show.",
        "cancel" => "It is cancelled.",
        "correct" => {
            "It is corrected. What was posted is taken back, and what belongs to it now is on its way to the books."
        }
        "reschedule" => "It was moved. This is the new appointment.",
        "reassign" => "It was given to somebody else.",
        "pay-deposit" => "The payment is noted.",
        "customer" => "The customer is added.",
        "view" => "The view is kept.",
        "forgotten" => "The view is forgotten.",
        "retry" => "It is back in line.",
        "skip" => "It is skipped. What comes after it goes on.",
        "company" => "The company is there.",
        "services" => "The services are there.",
        "person" => "The person is added.",
        "saved" => "It is saved.",
        "books" => "The books are chosen.",
        "prepared" => "What was missing is made, as far as it can be made from here.",
        "sample" => "This is the sample company. Try anything.",
        "removed" => "The sample company is gone, with everything in it.",
        "portal" => "Customers can book for themselves now.",
        "adopt" => "The document is taken for it.",
        "edit" => "The books are spoken to in these words from now on. It is back in line.",
        "compare" => "The comparison is in line. What it finds is listed here.",
        "repair" => "It is seen to.",
        "mode" => "It is changed, from the next decision on.",
        "role-given" => "The role is given. It holds from their next click on.",
        "role-taken" => "The role is taken away, from their next click on.",
        "off" => "It is switched off, and logged in nowhere.",
        "on" => "It is switched on.",
        "sessions" => "It is logged out.",
        "unknown" => "What their provider calls them is forgotten.",
        "revoked" => "The key is revoked: it lets nobody in any longer.",
        "password" => "The password is changed. All other sessions have ended.",
        "again" => "It is asked again from now on.",
        _ => return None,
    })
}

/// Whether what was done to an appointment, by its word, still shows in its status.
pub(super) fn stands(word: &str, status: Status) -> bool {
    match word {
        "held" => status == Status::Open,
        "schedule" => status == Status::Scheduled,
        "confirm" => status == Status::Confirmed,
        "depart" => status == Status::EnRoute,
        "start" | "resume" => status == Status::InProgress,
        "pause" => status == Status::Paused,
        "complete" => status == Status::Completed,
        "no-show" => status == Status::NoShow,
        "cancel" => status == Status::Cancelled,
        // Or it waits for somebody else.
        "decline" => matches!(status, Status::Cancelled | Status::Scheduled),
        "reschedule" | "follow-up" | "reassign" | "pay-deposit" => status != Status::Cancelled,
        _ => true,
    }
}

/// Whether what was done about a delivery, by its word, still shows in its state.
pub(super) fn is_so(word: &str, state: DeliveryState) -> bool {
    match word {
        "retry" | "edit" => !matches!(state, DeliveryState::Parked | DeliveryState::Skipped),
        "skip" => state == DeliveryState::Skipped,
        "adopt" => state == DeliveryState::Done,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_is_said_while_it_is_so() {
        assert!(stands("held", Status::Open) && !stands("held", Status::Cancelled));
        assert!(stands("note", Status::Cancelled), "a note is kept in every status");
        assert!(is_so("retry", DeliveryState::Leased) && !is_so("retry", DeliveryState::Parked));
    }
}
