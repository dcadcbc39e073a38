//! One appointment: what it is, what can be done with it, what happened to it, and what the books have of it.

use askama::Template;
use axum::extract::{self, Extension};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Tz;

use super::appointments::instant;
use super::books;
use super::commands::{Act, MINUTES};
use super::door::Desk;
use super::form::Form;
use super::names::{Names, choices};
use super::trail::{Step, trail};
use super::trouble::Trouble;
use super::visits::{self, Record};
use super::words::{self, Choice, Shell};
use super::{Need, Pages};
use crate::app::{self, App, OpeningsQuery, Order, Providers, Strict};
use crate::http::extract::Id;
use crate::http::gate::Subject;
use crate::http::headers::ActingAs;
use crate::http::limits;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::model::{
    Acting, Actor, Appointment, AppointmentId, Branch, Case, Company, Customer, Delivery, Provider, Scope,
    Service, Status, Unit,
};
use crate::store::DeliveryFilter;

/// Times that are offered for a move: two days' worth of choice, and few enough to look through.
const OPENINGS: u32 = 18;
/// Minutes between two of them.
const STEP_MINUTES: u32 = 30;

/// The page.
pub(super) fn routes() -> Pages {
    Pages::default().get("/appointments/{id}", Need::of(Scope::AppointmentsRead, Subject::Appointment), show)
}

/// A form that was sent and refused.
pub(super) struct Wrong {
    pub(super) act: Act,
    pub(super) trouble: Trouble,
    pub(super) form: Form,
}

/// A note or a photo that was sent and refused.
pub(super) struct Refused {
    pub(super) trouble: Trouble,
    pub(super) form: Form,
}

/// A document as the page shows it.
struct Paper {
    path: String,
    kind: &'static str,
    number: String,
    amount: String,
    state: String,
    tone: &'static str,
    message: String,
    fix: String,
}

/// A command that is offered.
struct Offer {
    name: &'static str,
    label: &'static str,
    is_bare: bool,
    is_first: bool,
    is_harsh: bool,
    is_open: bool,
    /// In how many minutes whoever sets out can be said to be there.
    minutes: &'static [u32],
}

/// A time to choose.
pub(super) struct Slot {
    pub(super) value: String,
    pub(super) day: String,
    pub(super) time: String,
    pub(super) provider: String,
    pub(super) is_chosen: bool,
}

#[derive(Template)]
#[template(path = "appointment.html")]
struct AppointmentPage {
    shell: Shell,
    id: AppointmentId,
    name: String,
    revision: u32,
    status: &'static str,
    tone: &'static str,
    when: String,
    instant: String,
    zone_name: String,
    customer: (String, Option<String>),
    facts: Vec<(&'static str, String)>,
    links: Vec<(&'static str, String)>,
    lines: Vec<(String, String, String)>,
    net: String,
    notes: String,
    remarks: String,
    offers: Vec<Offer>,
    open: Option<Act>,
    trouble: Option<Trouble>,
    form: Form,
    slots: Vec<Slot>,
    slots_day: String,
    zone: String,
    no_slots: Vec<String>,
    providers: Vec<Choice>,
    record: Option<Record>,
    papers: Option<Vec<Paper>>,
    trail: Option<Vec<Step>>,
}

impl AppointmentPage {
    fn is(&self, name: &str) -> bool {
        self.open.is_some_and(|act| act.name() == name)
    }

    /// Whether a time is chosen.
    fn has_slots(&self) -> bool {
        matches!(self.open, Some(Act::Reschedule | Act::FollowUp))
    }
}

async fn show(
    extract::State(app): extract::State<State>,
    Id(id): Id<AppointmentId>,
    Extension(desk): Extension<Desk>,
    ActingAs(acting): ActingAs,
    uri: Uri,
) -> Result<Response, Problem> {
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    let act = Act::ALL.into_iter().find(|act| act.name() == query.text("do") && !act.is_bare());
    let wrong = act.map(|act| Wrong { act, trouble: Trouble::default(), form: query });
    page(&app, id, &desk, acting, wrong).await
}

/// The page; after a form was refused, with what stands in the way beside it.
pub(super) async fn page(
    app: &App,
    id: AppointmentId,
    desk: &Desk,
    acting: Acting,
    wrong: Option<Wrong>,
) -> Result<Response, Problem> {
    page_with(app, id, desk, acting, wrong, None).await
}

/// The same, or after a note or a photo was refused.
pub(super) async fn page_with(
    app: &App,
    id: AppointmentId,
    desk: &Desk,
    acting: Acting,
    wrong: Option<Wrong>,
    refused: Option<Refused>,
) -> Result<Response, Problem> {
    let appointment = app.appointment(id).await?;
    let mut names = Names::new(app);
    let zone = names.zone(appointment.branch).await?;
    let (open, trouble, form) = match wrong {
        Some(Wrong { act, trouble, form }) => (Some(act), Some(trouble).filter(|t| t.status != 0), form),
        None => (None, None, Form::default()),
    };
    let told = trouble.as_ref().or(refused.as_ref().map(|refused| &refused.trouble));
    let status = told.map_or(StatusCode::OK, Trouble::status);
    let offers = offers(app, desk, acting, &appointment, open).await?;
    let day = form.read::<NaiveDate>("day")?;
    let (slots, no_slots) = match open {
        Some(Act::Reschedule | Act::FollowUp) => slots(app, &appointment, zone, day, &form).await?,
        _ => (Vec::new(), Vec::new()),
    };
    let providers = match open {
        Some(Act::Reassign) => {
            choices::<Provider>(app, Some(appointment.company), form.text("provider")).await?
        }
        _ => Vec::new(),
    };
    let is_customers = acting.actor == Actor::Customer;
    let record = visits::record(app, desk, id, zone, refused).await?;
    let papers = if desk.may(Scope::BooksRead, id).await? { Some(papers(app, id).await?) } else { None };
    let trail = if desk.may(Scope::TrailRead, id).await? { Some(trail(app, id, zone).await?) } else { None };
    let decisions = desk.may(Scope::RulesRead, id).await?;
    let decisions = decisions.then(|| ("How it was decided", format!("/rules/decisions?appointment={id}")));
    let page = AppointmentPage {
        shell: desk.shell(&appointment.name, "/appointments"),
        id,
        revision: appointment.revision,
        status: words::status(appointment.status),
        tone: appointment.status.as_str(),
        when: words::span(appointment.start, appointment.end, zone),
        instant: instant(appointment.start),
        zone_name: zone.name().to_owned(),
        customer: (
            names.of::<Customer>(appointment.customer).await?,
            desk.customer(appointment.company, appointment.customer),
        ),
        facts: facts(&mut names, &appointment, zone).await?,
        links: links(&appointment).into_iter().chain(decisions).collect(),
        lines: appointment
            .quote
            .lines
            .iter()
            .map(|line| (line.description.clone(), line.quantity.to_string(), line.amount.to_string()))
            .collect(),
        net: format!("{} {}", appointment.quote.net, appointment.quote.currency),
        notes: if is_customers { String::new() } else { appointment.notes.clone() },
        remarks: appointment.remarks.clone(),
        offers,
        open,
        trouble,
        slots_day: day.unwrap_or_else(|| appointment.start.with_timezone(&zone).date_naive()).to_string(),
        form,
        slots,
        zone: words::zone(appointment.start, zone),
        no_slots,
        providers,
        record,
        papers,
        trail,
        name: appointment.name,
    };
    Ok(words::html(status, &page))
}

/// What the rules take from whoever looks, in the appointment's status.
async fn offers(
    app: &App,
    desk: &Desk,
    acting: Acting,
    appointment: &Appointment,
    open: Option<Act>,
) -> Result<Vec<Offer>, Problem> {
    let mut theirs = Vec::new();
    for act in Act::ALL {
        if desk.may(act.scope(), appointment.id).await? {
            theirs.push(act);
        }
    }
    let sketches: Vec<_> = theirs.iter().map(|act| act.sketch(appointment)).collect();
    let possible = app.possible(appointment, &sketches, acting).await?;
    let possible = theirs.into_iter().zip(possible).filter(|(_, possible)| *possible);
    let offer = |(n, (act, _)): (usize, (Act, bool))| Offer {
        name: act.name(),
        label: act.label(),
        is_bare: act.is_bare(),
        is_first: n == 0 && act.is_bare(),
        is_harsh: matches!(act, Act::Cancel | Act::Decline | Act::NoShow),
        is_open: open == Some(act),
        minutes: if act == Act::Depart { &MINUTES } else { &[] },
    };
    Ok(possible.enumerate().map(offer).collect())
}

async fn facts(
    names: &mut Names<'_>,
    appointment: &Appointment,
    zone: Tz,
) -> app::Result<Vec<(&'static str, String)>> {
    let place = names.of::<Branch>(appointment.branch).await?;
    let mut facts = vec![
        ("Service", names.of::<Service>(appointment.service).await?),
        ("Provider", names.of::<Provider>(appointment.provider).await?),
        ("Location", appointment.location.clone().unwrap_or(place)),
        ("Company", names.of::<Company>(appointment.company).await?),
    ];
    let mut units = Vec::new();
    for unit in &appointment.units {
        units.push(names.of::<Unit>(*unit).await?);
    }
    if !units.is_empty() {
        facts.push(("Units", units.join(", ")));
    }
    if let Some(case) = appointment.case {
        facts.push(("Case", names.of::<Case>(case).await?));
    }
    facts.push(("Guests", appointment.guests.to_string()));
    if appointment.status == Status::Open
        && let Some(until) = appointment.hold_until
    {
        facts.push(("Held until", words::moment(until, zone)));
    }
    if !appointment.quote.deposit.is_zero() {
        facts.push(("Deposit", format!("{} {}", appointment.quote.deposit, appointment.quote.currency)));
        facts.push(("Left to pay", format!("{} {}", appointment.balance, appointment.quote.currency)));
    }
    if let Some(at) = appointment.expected_arrival {
        facts.push(("Expected arrival", words::moment(at, zone)));
    }
    if let Some(started) = appointment.timing.started {
        facts.push(("Work began", words::moment(started, zone)));
    }
    if let Some(finished) = appointment.timing.finished {
        facts.push(("Work ended", words::moment(finished, zone)));
    }
    if let Some(reason) = &appointment.cancellation_reason {
        facts.push(("Cancelled because", reason.clone()));
    }
    Ok(facts)
}

fn links(appointment: &Appointment) -> Vec<(&'static str, String)> {
    let path = |id: AppointmentId| format!("/appointments/{id}");
    let before = appointment.predecessor.map(|id| ("Moved from the earlier appointment", path(id)));
    let after = appointment.successor.map(|id| ("Followed by another appointment", path(id)));
    before.into_iter().chain(after).collect()
}

async fn slots(
    app: &App,
    appointment: &Appointment,
    zone: Tz,
    day: Option<NaiveDate>,
    form: &Form,
) -> Result<(Vec<Slot>, Vec<String>), Problem> {
    let from = day.map(|day| app::day(zone, day).0).map(|from| from.max(app.now()));
    let query = OpeningsQuery {
        service: appointment.service,
        from,
        to: from.map(|from| from + TimeDelta::days(14)),
        branch: Some(appointment.branch),
        providers: Providers::default(),
        guests: Some(appointment.guests),
        step_minutes: Some(STEP_MINUTES),
        limit: Some(OPENINGS),
        ranking: if day.is_some() { None } else { Some(Order::Nearest) },
        near: if day.is_some() { None } else { Some(appointment.start) },
        customer: Some(appointment.customer),
        gender: None,
        language: None,
        skill: None,
        strict: Strict::default(),
    };
    let found = app.openings(query).await?;
    let chosen = format!("{}|{}", form.text("start"), form.text("provider"));
    let mut openings = found.openings;
    openings.sort_by_key(|opening| (opening.start, opening.provider));
    let slot = |opening: app::Opening| {
        let value = format!("{}|{}", instant(opening.start), opening.provider);
        Slot {
            is_chosen: value == chosen,
            value,
            day: words::day(opening.start, zone),
            time: words::time(opening.start, zone),
            provider: opening.provider_name,
        }
    };
    Ok((
        openings.into_iter().map(slot).collect(),
        found.reasons.into_iter().map(|finding| format!("{} ({})", finding.message, finding.code)).collect(),
    ))
}

async fn papers(app: &App, id: AppointmentId) -> app::Result<Vec<Paper>> {
    let filter = DeliveryFilter { appointment: Some(id), ..DeliveryFilter::default() };
    Ok(app.deliveries(&filter, 0, limits::MAX_PAGE).await?.into_iter().map(paper).collect())
}

fn paper(delivery: Delivery) -> Paper {
    let failure = delivery.failure.filter(|_| delivery.document.is_none());
    let document = delivery.document;
    let fix = failure.as_ref().and_then(books::fix);
    Paper {
        path: format!("/books/{}", delivery.id),
        kind: words::kind(delivery.posting.kind()),
        number: document.as_ref().map(|document| document.number.clone()).unwrap_or_default(),
        amount: document
            .map(|document| format!("{} {}", document.total, document.currency))
            .unwrap_or_default(),
        state: words::delivery(delivery.state).to_owned(),
        tone: delivery.state.as_str(),
        message: failure.map(|failure| failure.message).unwrap_or_default(),
        fix: fix.unwrap_or_default(),
    }
}
