//! A customer's page about their visit: how it stands, and what they can do about it.
//!
//! Invariants: it is reached by a link alone, which stands in the query, which is not logged. A link that does not hold shows
//! one page, whatever is wrong with it. What is offered is what the rules grant, and what they withhold is said in the visitor's
//! language where that has words for it, else in theirs.

use askama::Template;
use axum::body::Bytes;
use axum::extract::{self, Extension};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use rust_decimal::Decimal;
use url::form_urlencoded;

use super::super::appointments::instant;
use super::super::form::Form;
use super::super::trouble::Trouble;
use super::super::words;
use super::frame::{self, Frame};
use super::manner::Manner;
use super::{moving, refusals, times};
use crate::app::{App, Error, LinkBody, Prospect, Purpose, TITLE_MARK, UNSAID, Visit};
use crate::codes;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::http::session::Visitor;
use crate::languages::Language;
use crate::model::{Appointment, Branch, Company, Customer, Provider, Service, Status};

/// What the rules call the end of a hold that nobody confirmed.
const RAN_OUT: &str = "hold_expired";

#[derive(Template)]
#[template(path = "portal/visit.html")]
struct VisitPage {
    frame: Frame,
    token: String,
    revision: u32,
    flash: Option<String>,
    trouble: Option<Trouble>,
    headline: String,
    name: String,
    status: String,
    tone: &'static str,
    when: String,
    instant: String,
    zone: String,
    facts: Vec<(String, String)>,
    held_until: Option<(String, String)>,
    arrival: Option<(String, String)>,
    deposit: Option<Deposit>,
    confirm: Option<Choosing>,
    decline: Option<Choosing>,
    cancel: Option<Choosing>,
    moves: Option<String>,
    sign: Option<Choosing>,
    signed: Option<String>,
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

    fn of(language: &Language, visit: &Visit, purpose: Purpose) -> Option<Self> {
        let barred = match visit.way(purpose)? {
            Prospect::Barred(findings) => {
                findings.iter().map(|finding| refusals::said(language, finding.clone())).collect()
            }
            Prospect::Free | Prospect::There | Prospect::Unfit => Vec::new(),
        };
        Some(Self { barred })
    }
}

pub(super) fn query(uri: &Uri) -> Form {
    Form::parse(uri.query().unwrap_or_default().as_bytes())
}

/// The page of a link that does not hold, whatever is wrong with it; else the problem.
pub(super) fn closed(manner: &Manner, problem: Error) -> Result<Response, Problem> {
    if matches!(problem, Error::LinkOver | Error::LinkMovedOn | Error::Missing { .. }) {
        return Ok(frame::gone(manner));
    }
    Err(problem.into())
}

pub(super) async fn show(
    extract::State(app): extract::State<State>,
    Extension(manner): Extension<Manner>,
    uri: Uri,
) -> Result<Response, Problem> {
    let form = query(&uri);
    match app.visit(form.text("token")).await {
        Ok(visit) => page(&app, &manner, &visit, form, None).await,
        Err(error) => closed(&manner, error),
    }
}

async fn page(
    app: &App,
    manner: &Manner,
    visit: &Visit,
    form: Form,
    problem: Option<Problem>,
) -> Result<Response, Problem> {
    let appointment = &visit.appointment;
    let company = app.get::<Company>(appointment.company.0).await?.data;
    let manner = &manner.with(&company.portal);
    let language = &*manner.language;
    let token = form.text("token").to_owned();
    let here = manner.at(format!("/visit?{}", plain(&token)));
    let frame = Frame::about(&here, (appointment.company, &company), "visit-title");
    let branch = app.get::<Branch>(appointment.branch.0).await?.data;
    let zone = branch.time_zone;
    let trouble = problem.map(|problem| refusals::spoken(language, Trouble::from(&problem)));
    let confirm = Choosing::of(language, visit, Purpose::Accept);
    let decline = Choosing::of(language, visit, Purpose::Decline);
    // Before it is confirmed a visit is declined, afterwards called off: one of the two is enough.
    let answers = confirm.is_some() || visit.only == Some(Purpose::Decline);
    let cancel = Choosing::of(language, visit, Purpose::Cancel)
        .filter(|_| !answers || visit.only == Some(Purpose::Cancel));
    let moves =
        visit.way(Purpose::Reschedule).map(|_| format!("/visit/times?{}", carried(manner, &token, &[])));
    let held = appointment.hold_until.filter(|_| appointment.status == Status::Open);
    let page = VisitPage {
        revision: appointment.revision,
        flash: done(form.text("done"))
            .filter(|_| is_so(form.text("done"), appointment.status))
            .map(|name| language.say(name)),
        headline: language.say(headline(appointment, confirm.as_ref().is_some_and(Choosing::is_free))),
        name: appointment.name.clone(),
        status: language.say(status(appointment.status)),
        tone: appointment.status.as_str(),
        when: language.span(appointment.start, appointment.end, zone),
        instant: instant(appointment.start),
        zone: zone.name().to_owned(),
        facts: facts(app, language, appointment, &branch).await?,
        held_until: held.map(|until| {
            let moment = language.moment(until, zone);
            (instant(until), language.tell("held-until", [("moment", moment.into())]))
        }),
        arrival: appointment.expected_arrival.map(|at| {
            let time = language.time(at, zone);
            (instant(at), language.tell("arrival", [("time", time.into())]))
        }),
        deposit: due(language, appointment, &company, confirm.as_ref()),
        decline: decline.filter(|_| answers),
        cancel,
        moves,
        sign: visit
            .way(Purpose::Sign)
            .filter(|_| visit.signature.is_none())
            .map(|_| Choosing { barred: Vec::new() }),
        signed: visit.signature.as_ref().map(|by| {
            let moment = language.moment(by.at, zone);
            language.tell("signed", [("name", by.name.as_str().into()), ("moment", moment.into())])
        }),
        ics: visit.only.is_none().then(|| format!("/visit/appointment.ics?{}", carried(manner, &token, &[]))),
        frame,
        token,
        confirm,
        form,
        trouble,
    };
    let status = page.trouble.as_ref().map_or(StatusCode::OK, Trouble::status);
    Ok(Frame::page(page.frame.logo.clone(), status, &page))
}

/// The link, and more, as a query.
pub(super) fn carried(manner: &Manner, token: &str, more: &[(&str, &str)]) -> String {
    let mut out = form_urlencoded::Serializer::new(String::new());
    out.append_pair("token", token).extend_pairs(more).extend_pairs(manner.carried()).finish()
}

/// The link alone as a query.
pub(super) fn plain(token: &str) -> String {
    form_urlencoded::Serializer::new(String::new()).append_pair("token", token).finish()
}

/// How the visit stands.
const fn status(status: Status) -> &'static str {
    match status {
        Status::Open => "status-open",
        Status::Scheduled => "status-scheduled",
        Status::Confirmed => "status-confirmed",
        Status::EnRoute => "status-en-route",
        Status::InProgress => "status-in-progress",
        Status::Paused => "status-paused",
        Status::Completed => "status-completed",
        Status::Cancelled => "status-cancelled",
        Status::NoShow => "status-no-show",
    }
}

/// What the page says first.
const fn headline(appointment: &Appointment, is_free: bool) -> &'static str {
    match appointment.status {
        Status::Open | Status::Scheduled if is_free => "visit-to-confirm",
        Status::Open => "visit-held",
        Status::Scheduled => "visit-planned",
        Status::Confirmed => "visit-confirmed",
        Status::EnRoute => "visit-en-route",
        Status::InProgress => "visit-in-progress",
        Status::Paused => "visit-paused",
        Status::Completed => "visit-completed",
        Status::Cancelled => "visit-cancelled",
        Status::NoShow => "visit-no-show",
    }
}

/// What was just done, by the word that the address carries. Nothing else can be put into a page in this way.
fn done(word: &str) -> Option<&'static str> {
    Some(match word {
        "held" => "done-held",
        "accept" => "done-accept",
        "decline" => "done-decline",
        "cancel" => "done-cancel",
        "reschedule" => "done-reschedule",
        "sign" => "done-sign",
        _ => return None,
    })
}

/// Whether what was done still shows in how the visit stands: a link is followed again later.
const fn is_so(word: &str, status: Status) -> bool {
    match word.as_bytes() {
        b"held" => matches!(status, Status::Open),
        b"accept" => !matches!(status, Status::Open | Status::Cancelled),
        b"decline" | b"cancel" => matches!(status, Status::Cancelled),
        b"reschedule" => !matches!(status, Status::Cancelled),
        _ => true,
    }
}

async fn facts(
    app: &App,
    language: &Language,
    appointment: &Appointment,
    branch: &Branch,
) -> Result<Vec<(String, String)>, Problem> {
    let service = app.get::<Service>(appointment.service.0).await?.data;
    let provider = app.get::<Provider>(appointment.provider.0).await?.data;
    let customer = app.get::<Customer>(appointment.customer.0).await?.data;
    let said = appointment.address(customer.address.as_deref());
    let place = said.map(words::on_a_line).unwrap_or_else(|| times::place(branch));
    let mut facts = vec![("fact-service", service.name), ("fact-with", provider.name), ("fact-where", place)];
    // Most visits are called by their service.
    facts.retain(|(name, text)| *name != "fact-service" || !appointment.name.contains(text.as_str()));
    if appointment.guests > 1 {
        facts.push(("fact-people", appointment.guests.to_string()));
    }
    let money = |amount: Decimal| language.money(amount, &appointment.quote.currency);
    if !appointment.quote.lines.is_empty() {
        facts.push(("fact-price", money(appointment.quote.net)));
    }
    let paid: Decimal = appointment.payments.iter().map(|payment| payment.amount).sum();
    if !paid.is_zero() {
        facts.push(("fact-paid", money(paid)));
        facts.push(("fact-left", money(appointment.balance)));
    }
    if !appointment.remarks.is_empty() {
        facts.push(("fact-remarks", appointment.remarks.clone()));
    }
    let reason = appointment.cancellation_reason.as_deref();
    if let Some(reason) = reason {
        let why = match reason {
            RAN_OUT => language.say("why-ran-out"),
            UNSAID => language.say("why-unsaid"),
            told => told.to_owned(),
        };
        facts.push(("fact-why", why));
    }
    Ok(facts.into_iter().map(|(name, text)| (language.say(name), text)).collect())
}

/// What is due in advance, where that is what the rules wait for.
fn due(
    language: &Language,
    appointment: &Appointment,
    company: &Company,
    confirm: Option<&Choosing>,
) -> Option<Deposit> {
    let left = appointment.deposit_left().filter(|_| confirm.is_some_and(|confirm| !confirm.is_free()))?;
    Some(Deposit {
        amount: language
            .tell("due-amount", [("amount", language.money(left, &appointment.quote.currency).into())]),
        reference: language.tell(
            "due-reference",
            [("reference", appointment.name.split(TITLE_MARK).next().unwrap_or_default().trim().into())],
        ),
        payment: company.portal.payment.clone(),
    })
}

pub(super) async fn answer(
    purpose: Purpose,
    extract::State(app): extract::State<State>,
    Extension(manner): Extension<Manner>,
    visitor: Visitor,
    body: Bytes,
) -> Result<Response, Problem> {
    visitor.site.same_origin(&visitor.headers)?;
    let form = Form::parse(&body);
    let visit = match app.visit(form.text("token")).await {
        Ok(visit) => visit,
        Err(error) => return closed(&manner, error),
    };
    let done = match read(&form) {
        Ok((seen, body)) => app.answer_visit(purpose, seen, body).await.map_err(Ok),
        Err(problem) => Err(Err(problem)),
    };
    let problem = match done {
        Ok(id) if visit.only.is_none() => {
            let link = app.visit_link(id).await?;
            return Ok(words::to(&format!(
                "/visit?{}",
                carried(&manner, &link, &[("done", purpose.as_str())])
            )));
        }
        Ok(id) => return done_once(&app, &manner, &app.appointment(id).await?, purpose).await,
        Err(Ok(Error::LinkOver | Error::LinkMovedOn)) => return Ok(frame::gone(&manner)),
        // It has changed under their hands: they see how it stands now, and why what they wanted was not done.
        Err(Ok(error)) => Problem::from(error),
        Err(Err(problem)) => problem,
    };
    match purpose {
        Purpose::Reschedule => moving::page(&app, &manner, &visit, form, Some(&problem)).await,
        Purpose::Accept | Purpose::Decline | Purpose::Cancel | Purpose::Sign => {
            page(&app, &manner, &visit, form, Some(problem)).await
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
async fn done_once(
    app: &App,
    manner: &Manner,
    appointment: &Appointment,
    purpose: Purpose,
) -> Result<Response, Problem> {
    let signature = app.signature(appointment.id).await.ok();
    let visit = Visit { appointment: appointment.clone(), only: Some(purpose), ways: Vec::new(), signature };
    let form = Form::parse(format!("done={}", purpose.as_str()).as_bytes());
    page(app, manner, &visit, form, None).await
}

pub(super) async fn times(
    extract::State(app): extract::State<State>,
    Extension(manner): Extension<Manner>,
    uri: Uri,
) -> Result<Response, Problem> {
    let form = query(&uri);
    match app.visit(form.text("token")).await {
        Ok(visit) if visit.way(Purpose::Reschedule).is_some() => {
            moving::page(&app, &manner, &visit, form, None).await
        }
        Ok(visit) if visit.only.is_none() => page(&app, &manner, &visit, form, None).await,
        Ok(_) => Ok(frame::gone(&manner)),
        Err(error) => closed(&manner, error),
    }
}
