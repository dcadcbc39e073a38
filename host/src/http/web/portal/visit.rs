//! A customer's page about their visit: how it stands, and what they can do about it.
//!
//! Invariants: it is reached by a link alone, which stands in the query, which is not logged. A link that does not hold shows
//! one page, whatever is wrong with it. What is offered is what the rules grant, and what they withhold is said in their words.

use askama::Template;
use axum::body::Bytes;
use axum::extract;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use rust_decimal::Decimal;
use url::form_urlencoded;

use super::super::appointments::instant;
use super::super::form::Form;
use super::super::trouble::Trouble;
use super::super::words::{self, Choice};
use super::calendar::{self as ics, Entry, Standing};
use super::frame::{self, Frame};
use super::times::{self, Search, Week};
use super::zones;
use crate::app::{App, Error, LinkBody, Prospect, Purpose, TITLE_MARK, Visit};
use crate::codes;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::http::session::Visitor;
use crate::model::{Appointment, Branch, Company, Provider, Service, Status};

/// What the rules call the end of a hold that nobody confirmed.
const RAN_OUT: &str = "hold_expired";

#[derive(Template)]
#[template(path = "portal/visit.html")]
struct VisitPage {
    frame: Frame,
    token: String,
    revision: u32,
    flash: Option<&'static str>,
    trouble: Option<Trouble>,
    headline: &'static str,
    name: String,
    status: &'static str,
    tone: &'static str,
    when: String,
    instant: String,
    zone: String,
    facts: Vec<(&'static str, String)>,
    held_until: Option<(String, String)>,
    deposit: Option<Deposit>,
    confirm: Option<Choosing>,
    decline: Option<Choosing>,
    cancel: Option<Choosing>,
    moves: Option<String>,
    sign: Option<Choosing>,
    signed: Option<(String, String)>,
    ics: Option<String>,
    form: Form,
}

/// What is due before the visit is confirmed.
struct Deposit {
    amount: String,
    reference: String,
    payment: String,
}

/// Something that is offered, or why it is not.
struct Choosing {
    barred: Vec<String>,
}

impl Choosing {
    fn is_free(&self) -> bool {
        self.barred.is_empty()
    }

    fn of(visit: &Visit, purpose: Purpose) -> Option<Self> {
        let barred = match visit.way(purpose)? {
            Prospect::Barred(findings) => findings.iter().map(|finding| finding.message.clone()).collect(),
            Prospect::Free | Prospect::There | Prospect::Unfit => Vec::new(),
        };
        Some(Self { barred })
    }
}

#[derive(Template)]
#[template(path = "portal/move.html")]
struct MovePage {
    frame: Frame,
    token: String,
    revision: u32,
    back: String,
    name: String,
    when: String,
    zones: Vec<Choice>,
    zone: String,
    zone_label: String,
    own_zone: String,
    week: Week,
    earlier: Option<String>,
    later: String,
    without_zone: String,
    trouble: Option<Trouble>,
    barred: Vec<String>,
    reason: String,
}

fn query(uri: &Uri) -> Form {
    Form::parse(uri.query().unwrap_or_default().as_bytes())
}

/// The page of a link that does not hold, whatever is wrong with it; else the problem.
fn closed(problem: Error) -> Result<Response, Problem> {
    if matches!(problem, Error::LinkOver | Error::LinkMovedOn | Error::Missing { .. }) {
        return Ok(frame::gone());
    }
    Err(problem.into())
}

pub(super) async fn show(extract::State(app): extract::State<State>, uri: Uri) -> Result<Response, Problem> {
    let form = query(&uri);
    match app.visit(form.text("token")).await {
        Ok(visit) => page(&app, &visit, form, None).await,
        Err(error) => closed(error),
    }
}

async fn page(app: &App, visit: &Visit, form: Form, problem: Option<Problem>) -> Result<Response, Problem> {
    let appointment = &visit.appointment;
    let (frame, company) = Frame::about(app, appointment.company, "Your appointment").await?;
    let branch = app.get::<Branch>(appointment.branch.0).await?.data;
    let zone = branch.time_zone;
    let token = form.text("token").to_owned();
    let trouble = problem.as_ref().map(Trouble::from);
    let confirm = Choosing::of(visit, Purpose::Accept);
    let decline = Choosing::of(visit, Purpose::Decline);
    // Before it is confirmed a visit is declined, afterwards called off: one of the two is enough.
    let answers = confirm.is_some() || visit.only == Some(Purpose::Decline);
    let cancel =
        Choosing::of(visit, Purpose::Cancel).filter(|_| !answers || visit.only == Some(Purpose::Cancel));
    let moves = visit.way(Purpose::Reschedule).map(|_| format!("/visit/times?{}", carried(&token, &[])));
    let held = appointment.hold_until.filter(|_| appointment.status == Status::Open);
    let page = VisitPage {
        revision: appointment.revision,
        flash: said(form.text("done")),
        headline: headline(appointment, confirm.as_ref().is_some_and(Choosing::is_free)),
        name: appointment.name.clone(),
        status: words::status(appointment.status),
        tone: appointment.status.as_str(),
        when: words::span(appointment.start, appointment.end, zone),
        instant: instant(appointment.start),
        zone: zone.name().to_owned(),
        facts: facts(app, appointment, &branch).await?,
        held_until: held.map(|until| (instant(until), words::moment(until, zone))),
        deposit: due(appointment, &company, confirm.as_ref()),
        decline: decline.filter(|_| answers),
        cancel,
        moves,
        sign: visit
            .way(Purpose::Sign)
            .filter(|_| visit.signature.is_none())
            .map(|_| Choosing { barred: Vec::new() }),
        signed: visit.signature.as_ref().map(|by| (by.name.clone(), words::moment(by.at, zone))),
        ics: visit.only.is_none().then(|| format!("/visit/appointment.ics?{}", carried(&token, &[]))),
        frame,
        token,
        confirm,
        form,
        trouble,
    };
    let status = page.trouble.as_ref().map_or(StatusCode::OK, Trouble::status);
    Ok(words::html(status, &page))
}

/// The link, and more, as a query.
fn carried(token: &str, more: &[(&str, &str)]) -> String {
    let mut out = form_urlencoded::Serializer::new(String::new());
    out.append_pair("token", token).extend_pairs(more).finish()
}

/// What the page says first.
const fn headline(appointment: &Appointment, is_free: bool) -> &'static str {
    match appointment.status {
        Status::Open | Status::Scheduled if is_free => "Please confirm your appointment",
        Status::Open => "This time is held for you",
        Status::Scheduled => "Your appointment",
        Status::Confirmed => "Your appointment is confirmed",
        Status::EnRoute => "We are on our way to you",
        Status::InProgress => "Your appointment is under way",
        Status::Paused => "Your appointment is interrupted",
        Status::Completed => "Your appointment is completed",
        Status::Cancelled => "This appointment is cancelled",
        Status::NoShow => "You were missed at this appointment",
    }
}

/// What was just done, by the word that the address carries. Nothing else can be put into a page in this way.
fn said(word: &str) -> Option<&'static str> {
    Some(match word {
        "held" => "The time is held for you. Keep the address of this page: it leads back here.",
        "accept" => "It is confirmed. We look forward to seeing you.",
        "decline" => "It is declined, and the time is free for others.",
        "cancel" => "It is cancelled, and the time is free for others.",
        "reschedule" => "It was moved. This is your new appointment.",
        "sign" => "Thank you for signing.",
        _ => return None,
    })
}

async fn facts(
    app: &App,
    appointment: &Appointment,
    branch: &Branch,
) -> Result<Vec<(&'static str, String)>, Problem> {
    let service = app.get::<Service>(appointment.service.0).await?.data;
    let provider = app.get::<Provider>(appointment.provider.0).await?.data;
    let place = appointment.location.clone().unwrap_or_else(|| times::place(branch));
    let mut facts = vec![("Service", service.name), ("With", provider.name), ("Where", place)];
    if appointment.guests > 1 {
        facts.push(("People", appointment.guests.to_string()));
    }
    let money = |amount: Decimal| format!("{amount} {}", appointment.quote.currency);
    if !appointment.quote.lines.is_empty() {
        facts.push(("Price before tax", money(appointment.quote.net)));
    }
    let paid: Decimal = appointment.payments.iter().map(|payment| payment.amount).sum();
    if !paid.is_zero() {
        facts.push(("Paid", money(paid)));
        facts.push(("Left to pay", money(appointment.balance)));
    }
    if !appointment.remarks.is_empty() {
        facts.push(("Remarks", appointment.remarks.clone()));
    }
    let reason = appointment.cancellation_reason.as_deref();
    if let Some(reason) = reason {
        let ran_out = "It was not confirmed before the hold ended.";
        facts.push(("Why", if reason == RAN_OUT { ran_out } else { reason }.to_owned()));
    }
    Ok(facts)
}

/// What is due in advance, where that is what the rules wait for.
fn due(appointment: &Appointment, company: &Company, confirm: Option<&Choosing>) -> Option<Deposit> {
    let paid: Decimal = appointment.payments.iter().map(|payment| payment.amount).sum();
    let left = appointment.quote.deposit - paid;
    let waits = confirm.is_some_and(|confirm| !confirm.is_free()) && left > Decimal::ZERO;
    waits.then(|| Deposit {
        amount: format!("{left} {}", appointment.quote.currency),
        reference: appointment.name.split(TITLE_MARK).next().unwrap_or_default().trim().to_owned(),
        payment: company.portal.payment.clone(),
    })
}

pub(super) async fn answer(
    purpose: Purpose,
    extract::State(app): extract::State<State>,
    visitor: Visitor,
    body: Bytes,
) -> Result<Response, Problem> {
    visitor.site.same_origin(&visitor.headers)?;
    let form = Form::parse(&body);
    let visit = match app.visit(form.text("token")).await {
        Ok(visit) => visit,
        Err(error) => return closed(error),
    };
    let done = match read(&form) {
        Ok((seen, body)) => app.answer_visit(purpose, seen, body).await.map_err(Ok),
        Err(problem) => Err(Err(problem)),
    };
    let problem = match done {
        Ok(id) if visit.only.is_none() => {
            let link = app.visit_link(id).await?;
            return Ok(words::to(&format!("/visit?{}", carried(&link, &[("done", purpose.as_str())]))));
        }
        Ok(id) => return done_once(&app, &app.appointment(id).await?, purpose).await,
        Err(Ok(Error::LinkOver | Error::LinkMovedOn)) => return Ok(frame::gone()),
        // It has changed under their hands: they see how it stands now, and why what they wanted was not done.
        Err(Ok(error)) => Problem::from(error),
        Err(Err(problem)) => problem,
    };
    match purpose {
        Purpose::Reschedule => moving(&app, &visit, form, Some(&problem)).await,
        Purpose::Accept | Purpose::Decline | Purpose::Cancel | Purpose::Sign => {
            page(&app, &visit, form, Some(problem)).await
        }
    }
}

fn read(form: &Form) -> Result<(u32, LinkBody), Problem> {
    let told = |name: &str| Some(form.text(name).to_owned()).filter(|text| !text.is_empty());
    let body = LinkBody {
        token: form.text("token").to_owned(),
        reason: told("reason"),
        start: form.read("start")?,
        name: told("name"),
    };
    let errors = body.check();
    if !errors.is_empty() {
        return Err(Problem::fields(codes::INVALID, errors));
    }
    let seen = form.read("seen")?;
    Ok((seen.ok_or_else(|| Problem::new(codes::BAD_QUERY, "The form is not complete."))?, body))
}

/// What came of a link for one purpose, which is over now.
async fn done_once(app: &App, appointment: &Appointment, purpose: Purpose) -> Result<Response, Problem> {
    let signature = app.signature(appointment.id).await.ok();
    let visit = Visit { appointment: appointment.clone(), only: Some(purpose), ways: Vec::new(), signature };
    let form = Form::parse(format!("done={}", purpose.as_str()).as_bytes());
    page(app, &visit, form, None).await
}

pub(super) async fn times(extract::State(app): extract::State<State>, uri: Uri) -> Result<Response, Problem> {
    let form = query(&uri);
    match app.visit(form.text("token")).await {
        Ok(visit) if visit.way(Purpose::Reschedule).is_some() => moving(&app, &visit, form, None).await,
        Ok(visit) if visit.only.is_none() => page(&app, &visit, form, None).await,
        Ok(_) => Ok(frame::gone()),
        Err(error) => closed(error),
    }
}

/// The page on which a visit is moved, with whoever performs it.
async fn moving(
    app: &App,
    visit: &Visit,
    form: Form,
    problem: Option<&Problem>,
) -> Result<Response, Problem> {
    let appointment = &visit.appointment;
    let (frame, _) = Frame::about(app, appointment.company, "Choose another time").await?;
    let branch = app.get::<Branch>(appointment.branch.0).await?.data;
    let service = app.get::<Service>(appointment.service.0).await?.data;
    let zone = form.read::<Tz>("zone")?.unwrap_or(branch.time_zone);
    let search = Search {
        service: appointment.service,
        branch: appointment.branch,
        provider: Some(appointment.provider),
        guests: appointment.guests,
        customer: Some(appointment.customer),
        step_minutes: times::step(&service),
        zone,
    };
    let week = times::week(app, &search, form.read("week")?).await?;
    let token = form.text("token").to_owned();
    let at = |monday: NaiveDate| {
        let zone = (zone != branch.time_zone).then_some(("zone", zone.name()));
        let monday = monday.to_string();
        let more: Vec<_> = [("week", monday.as_str())].into_iter().chain(zone).collect();
        format!("/visit/times?{}", carried(&token, &more))
    };
    let barred = barred(app, visit, &week).await?;
    let trouble = problem.map(Trouble::from);
    let page = MovePage {
        frame,
        revision: appointment.revision,
        back: format!("/visit?{}", carried(&token, &[])),
        name: service.name,
        when: words::span(appointment.start, appointment.end, branch.time_zone),
        zones: zones::choices(branch.time_zone, zone),
        zone: zone.name().to_owned(),
        zone_label: zones::spoken(zone.name()),
        own_zone: branch.time_zone.name().to_owned(),
        earlier: week.earlier.map(at),
        later: at(week.later),
        without_zone: format!("/visit/times?{}", carried(&token, &[("week", &week.monday.to_string())])),
        reason: form.text("reason").to_owned(),
        week,
        token,
        barred,
        trouble,
    };
    let status = page.trouble.as_ref().map_or(StatusCode::OK, Trouble::status);
    Ok(words::html(status, &page))
}

/// Why the visit cannot be moved at all: what the rules say of the first window of the week.
async fn barred(app: &App, visit: &Visit, week: &Week) -> Result<Vec<String>, Problem> {
    let slot = week.days.iter().find_map(|day| day.slots.first());
    let start = slot.and_then(|slot| slot.value.parse::<DateTime<Utc>>().ok());
    let Some(start) = start else { return Ok(Vec::new()) };
    Ok(match app.prospect_of_move(&visit.appointment, start).await? {
        Prospect::Barred(findings) => findings.into_iter().map(|finding| finding.message).collect(),
        Prospect::Free | Prospect::There | Prospect::Unfit => Vec::new(),
    })
}

pub(super) async fn calendar(
    extract::State(app): extract::State<State>,
    uri: Uri,
) -> Result<Response, Problem> {
    let visit = match app.visit(query(&uri).text("token")).await {
        Ok(visit) => visit,
        Err(error) => return closed(error),
    };
    let entry = entry(&app, &visit.appointment).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8; method=PUBLISH"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"appointment.ics\""),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, ics::file(&entry)).into_response())
}

async fn entry(app: &App, appointment: &Appointment) -> Result<Entry, Problem> {
    let branch = app.get::<Branch>(appointment.branch.0).await?.data;
    let service = app.get::<Service>(appointment.service.0).await?.data;
    let company = app.get::<Company>(appointment.company.0).await?.data;
    let name = company.portal.name.unwrap_or(company.name);
    // What was moved is the same entry: it keeps the first appointment's identity, and goes on counting.
    let mut sequence = appointment.revision;
    for earlier in &appointment.replaces {
        sequence = sequence.saturating_add(app.appointment(*earlier).await?.revision);
    }
    let first = appointment.replaces.first().unwrap_or(&appointment.id);
    Ok(Entry {
        uid: format!("{first}@slotledger"),
        sequence,
        changed: appointment.updated_at,
        start: appointment.start,
        end: appointment.end,
        standing: match appointment.status {
            Status::Open | Status::Scheduled => Standing::Tentative,
            Status::Cancelled | Status::NoShow => Standing::Off,
            Status::Confirmed | Status::EnRoute | Status::InProgress | Status::Paused | Status::Completed => {
                Standing::Firm
            }
        },
        summary: format!("{} · {name}", service.name),
        location: appointment.location.clone().unwrap_or_else(|| times::place(&branch)),
        description: appointment.remarks.clone(),
    })
}
