//! One appointment: what it is, what can be done with it, what happened to it, what it used up, and what the books have of it.

mod correction;
mod facts;
mod papers;
mod payment;
mod slots;
mod used;

use askama::Template;
use axum::extract::{self, Extension};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use chrono::NaiveDate;

use super::appointments::instant;
use super::commands::{Act, MINUTES};
use super::door::Desk;
use super::form::Form;
use super::materials::{self, MaterialRow};
use super::names::{Names, choices};
use super::trail::{Step, trail};
use super::trouble::Trouble;
use super::visits::{self, Record, Signed};
use super::words::{self, Choice, Shell};
use super::{Need, Pages};
use crate::app::{App, Prospect};
use crate::http::extract::Id;
use crate::http::gate::Subject;
use crate::http::headers::ActingAs;
use crate::http::limits;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::model::{
    Acting, Actor, Appointment, AppointmentId, Consumable, Customer, Delivery, Provider, Scope, Service,
    Status,
};
use crate::store::DeliveryFilter;
use correction::Outcome;
pub(super) use facts::link;
use papers::Paper;
use payment::Payment;
pub(super) use slots::Slot;
use used::Materials;

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

/// A command that is offered.
struct Offer {
    name: &'static str,
    label: &'static str,
    is_bare: bool,
    is_first: bool,
    is_harsh: bool,
    is_open: bool,
    /// What the same is called where it says more.
    more: Option<&'static str>,
    /// In how many minutes whoever sets out can be said to be there.
    minutes: &'static [u32],
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
    /// What of the deposit is not paid.
    unpaid: Option<String>,
    /// What a payment is likely to be, and what it can be.
    payment: Payment,
    open: Option<Act>,
    /// Whether what is open can be done as it stands now.
    is_offered: bool,
    trouble: Option<Trouble>,
    form: Form,
    slots: Vec<Slot>,
    slots_day: String,
    zone: String,
    no_slots: Vec<String>,
    providers: Vec<Choice>,
    outcomes: Vec<Outcome>,
    rows: Vec<MaterialRow>,
    materials: Option<Materials>,
    signed: Option<Signed>,
    record: Option<Record>,
    papers: Option<Vec<Paper>>,
    sees_books: bool,
    trail: Option<Vec<Step>>,
}

impl AppointmentPage {
    fn is(&self, name: &str) -> bool {
        self.open.is_some_and(|act| act.name() == name)
    }

    /// Whether the form that is open asks for something.
    fn asks(&self) -> bool {
        let says_more = |act: Act| {
            if act == Act::Confirm {
                self.unpaid.is_some()
            } else {
                !act.is_bare() && (act != Act::Correct || !self.outcomes.is_empty())
            }
        };
        self.is_offered && (self.open.is_some_and(says_more) || !self.rows.is_empty())
    }

    /// Whether it asks why.
    fn gives_reason(&self) -> bool {
        !matches!(self.open, Some(Act::FollowUp | Act::Complete | Act::Confirm))
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
    let act = Act::ALL.into_iter().find(|act| act.name() == query.text("do") && act.has_form());
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
    let is_offered = offers.iter().any(|offer| offer.is_open);
    let day = form.read::<NaiveDate>("day")?;
    let (slots, no_slots) = match open.filter(|_| is_offered) {
        Some(act @ (Act::Reschedule | Act::FollowUp)) => {
            slots::slots(app, act, &appointment, zone, day, &form).await?
        }
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
    let sees_books = desk.may(Scope::BooksRead, id).await?;
    // Whoever corrects has to know what becomes of it.
    let sees_papers = sees_books || desk.may(Scope::AppointmentsDispatch, id).await?;
    let work = Work::of(app, &appointment, !is_customers || sees_papers).await?;
    let outcomes = match open {
        Some(Act::Correct) => correction::outcomes(app, &appointment, acting, &form).await?,
        _ => Vec::new(),
    };
    let is_done = appointment.status == Status::Completed;
    let materials = used::materials(&work.planned, &work.deliveries, is_done, sees_books);
    let trail = if desk.may(Scope::TrailRead, id).await? { Some(trail(app, id, zone).await?) } else { None };
    let decisions = desk.may(Scope::RulesRead, id).await?;
    let decisions = decisions.then(|| ("How it was decided", format!("/rules/decisions?appointment={id}")));
    let left = payment::left(&appointment, if sees_books { &work.deliveries } else { &[] });
    let customer = app.get::<Customer>(appointment.customer.0).await?.data;
    let address = appointment.address(customer.address.as_deref()).map(words::on_a_line);
    let page = AppointmentPage {
        shell: desk.shell_of(&appointment),
        id,
        revision: appointment.revision,
        status: words::standing(&appointment),
        tone: appointment.status.as_str(),
        when: words::span(appointment.start, appointment.end, zone),
        instant: instant(appointment.start),
        zone_name: zone.name().to_owned(),
        customer: (customer.name, desk.customer(appointment.company, appointment.customer)),
        facts: facts::facts(&mut names, &appointment, zone, address, left).await?,
        links: facts::links(desk, &appointment).await?.into_iter().chain(decisions).collect(),
        lines: appointment
            .quote
            .lines
            .iter()
            .map(|line| (line.description.clone(), line.quantity.to_string(), line.amount.to_string()))
            .collect(),
        net: format!("{} {}", appointment.quote.net, appointment.quote.currency),
        notes: if is_customers { String::new() } else { appointment.notes.clone() },
        remarks: appointment.remarks.clone(),
        is_offered,
        offers,
        payment: Payment::of(&appointment, &form, trouble.is_some()),
        unpaid: appointment.deposit_left().map(|left| format!("{left} {}", appointment.quote.currency)),
        rows: work.rows(open, is_done, trouble.is_some(), &form),
        outcomes,
        materials: materials.filter(|_| !is_customers),
        papers: sees_papers.then(|| papers::papers(&work.deliveries, sees_books)),
        sees_books,
        open,
        trouble,
        slots_day: day.unwrap_or_else(|| appointment.start.with_timezone(&zone).date_naive()).to_string(),
        form,
        slots,
        zone: words::zone(appointment.start, zone),
        no_slots,
        providers,
        signed: app.signature_under(id).await?.map(|signature| visits::signed(signature, zone)),
        record,
        trail,
        name: appointment.name,
    };
    Ok(words::html(status, &page))
}

/// What the work uses up as the service lists it, and what was asked of the books for it.
struct Work {
    planned: Vec<Consumable>,
    deliveries: Vec<Delivery>,
}

impl Work {
    async fn of(app: &App, appointment: &Appointment, is_shown: bool) -> Result<Self, Problem> {
        if !is_shown {
            return Ok(Self { planned: Vec::new(), deliveries: Vec::new() });
        }
        let filter = DeliveryFilter { appointment: Some(appointment.id), ..DeliveryFilter::default() };
        Ok(Self {
            planned: app.get::<Service>(appointment.service.0).await?.data.consumables,
            deliveries: app.deliveries(&filter, 0, limits::MAX_PAGE).await?,
        })
    }

    /// The rows of the form that is open, where it says what was used.
    fn rows(&self, open: Option<Act>, is_done: bool, is_refused: bool, form: &Form) -> Vec<MaterialRow> {
        let sent = is_refused.then_some(form);
        // A button alone says nothing of materials, also where it was refused.
        let is_silent = sent.is_some_and(|form| form.text("rows").is_empty());
        match open {
            Some(Act::Complete) if !is_silent => materials::rows(&self.planned, sent),
            // A unit may be what was said wrong.
            Some(Act::Correct) if is_done => {
                let rows = materials::rows(&used::so_far(&self.planned, &self.deliveries), sent);
                rows.into_iter().map(|row| MaterialRow { asks_unit: true, ..row }).collect()
            }
            _ => Vec::new(),
        }
    }
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
    let mut possible: Vec<_> = theirs.into_iter().zip(possible).filter(|(_, possible)| *possible).collect();
    // Nothing is to be said of it that would make it possible: it has to be possible now.
    if possible.iter().any(|(act, _)| *act == Act::NoShow) {
        let asked = [Act::NoShow.sketch(appointment)];
        let prospects = app.prospects(appointment, &asked, acting).await?;
        possible.retain(|(act, _)| *act != Act::NoShow || prospects == [Prospect::Free]);
    }
    let is_unpaid = appointment.deposit_left().is_some();
    // Nobody goes without a deposit by a slip.
    let is_bare = |act: Act| act.is_bare() && !(act == Act::Confirm && is_unpaid);
    let offer = |(n, (act, _)): (usize, (Act, bool))| Offer {
        name: act.name(),
        label: act.label(),
        is_bare: is_bare(act),
        is_first: n == 0 && is_bare(act) || act == Act::Pay && is_unpaid,
        is_harsh: matches!(act, Act::Cancel | Act::Decline | Act::NoShow),
        is_open: open == Some(act),
        more: (act == Act::Complete).then_some("Complete with other material"),
        minutes: if act == Act::Depart { &MINUTES } else { &[] },
    };
    Ok(possible.into_iter().enumerate().map(offer).collect())
}
