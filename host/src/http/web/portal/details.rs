//! Who: the visitor's details; then the time is held.
//!
//! Invariant: what is typed here becomes a customer of its own. Whether somebody of that address is known already is neither
//! looked up nor shown.

use askama::Template;
use axum::body::Bytes;
use axum::extract::{self, Extension, Path};
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::Response;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::super::appointments::instant;
use super::super::form::Form;
use super::super::trouble::Trouble;
use super::super::words;
use super::frame::{self, Frame};
use super::manner::Manner;
use super::refusals;
use super::services::{deposit, offer, price};
use super::times::{Chosen, place};
use super::visit::carried;
use crate::app::{self, App, Booking, Offer, Request};
use crate::codes;
use crate::http::body::Input;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::http::session::Visitor;
use crate::model::{Customer, FieldError, Master};

/// Bytes of a form: remarks of 2,000 characters in any script fit, with all that comes beside them.
const FORM: usize = 64 * 1024;

/// Characters of what a visitor remarks.
const REMARKS: usize = 2000;

/// Characters of a form's key.
const KEY: usize = 64;

/// A field that people do not see.
const TRAP: &str = "website";

#[derive(Template)]
#[template(path = "portal/details.html")]
struct DetailsPage {
    frame: Frame,
    home: String,
    service: String,
    length: String,
    place: String,
    provider: Option<String>,
    guests: Option<u32>,
    price: String,
    deposit: String,
    when: String,
    start: String,
    zone: String,
    back: String,
    fields: Vec<(&'static str, String)>,
    held_for: String,
    key: String,
    form: Form,
    trouble: Option<Trouble>,
    is_taken: bool,
}

pub(super) async fn show(
    extract::State(app): extract::State<State>,
    Extension(manner): Extension<Manner>,
    Path(company): Path<String>,
    uri: Uri,
) -> Result<Response, Problem> {
    let offer = offer(&app, &company).await?;
    let manner = manner.with(&offer.company().portal);
    let mut page = page(&manner, &offer, Form::parse(uri.query().unwrap_or_default().as_bytes()), None)?;
    // Whoever goes back to it finds the same form, with its key: sent again, it leads to what it held before.
    page.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=0"));
    Ok(page)
}

fn page(manner: &Manner, offer: &Offer, form: Form, problem: Option<&Problem>) -> Result<Response, Problem> {
    let language = &*manner.language;
    let chosen = Chosen::read(offer, &form, manner)?;
    let start = start(&form)?;
    let end = start + TimeDelta::minutes(chosen.service.duration_minutes.into());
    let trouble = problem.map(|problem| refusals::spoken(language, Trouble::from(problem)));
    let home = frame::home(offer.id);
    let week = start.with_timezone(&chosen.zone).date_naive().to_string();
    let named = |wanted| {
        let all = offer.providers(chosen.service, chosen.branch_id);
        all.into_iter().find(|(id, _)| *id == wanted).map(|(_, provider)| provider.name.clone())
    };
    let here = format!("{home}/details?{}", chosen.choice(&instant(start)));
    let page = DetailsPage {
        frame: Frame::of(&manner.at(here), offer, "details-title").titled(&chosen.service.name),
        service: chosen.service.name.clone(),
        length: language.length(chosen.service.duration_minutes),
        place: place(chosen.branch),
        provider: chosen.provider.and_then(named),
        guests: (chosen.service.max_guests > 1).then_some(chosen.guests),
        price: price(language, offer.company(), chosen.service),
        deposit: deposit(language, chosen.service),
        when: language.span(start, end, chosen.zone),
        start: instant(start),
        zone: chosen.zone.name().to_owned(),
        back: format!("{home}/times?{}", chosen.query(&[("week", &week)])),
        fields: chosen.fields(),
        held_for: language.tell("details-held-for", [("minutes", offer.company().hold_minutes.into())]),
        key: app::fresh_secret("pk_")?,
        // By whom a time is taken is nobody's business here: one sentence stands for all such reasons.
        is_taken: trouble.as_ref().is_some_and(|trouble| trouble.status() == StatusCode::CONFLICT),
        home,
        form,
        trouble,
    };
    let status = page.trouble.as_ref().map_or(StatusCode::OK, Trouble::status);
    Ok(Frame::page(page.frame.logo.clone(), status, &page))
}

fn start(form: &Form) -> Result<DateTime<Utc>, Problem> {
    let lacking = || Problem::new(codes::BAD_QUERY, "The time is missing.");
    form.read::<DateTime<Utc>>("start")?.ok_or_else(lacking)
}

pub(super) async fn hold(
    extract::State(app): extract::State<State>,
    Extension(manner): Extension<Manner>,
    Path(company): Path<String>,
    visitor: Visitor,
    body: Bytes,
) -> Result<Response, Problem> {
    visitor.site.same_origin(&visitor.headers)?;
    if body.len() > FORM {
        return Err(Problem::new(codes::BODY_TOO_LARGE, format!("A form has at most {FORM} bytes.")));
    }
    let offer = offer(&app, &company).await?;
    let manner = manner.with(&offer.company().portal);
    let form = Form::parse(&body);
    match held(&app, &offer, (&form, &manner), &visitor.address).await {
        Ok(token) => Ok(words::to(&format!("/visit?{}", carried(&manner, &token, &[("done", "held")])))),
        Err(problem) => page(&manner, &offer, form, Some(&problem)),
    }
}

/// Holds the time, and gives the link to the visit's page.
async fn held(
    app: &App,
    offer: &Offer,
    (form, manner): (&Form, &Manner),
    address: &str,
) -> Result<String, Problem> {
    if !form.text(TRAP).is_empty() {
        return Err(Problem::new(codes::AUTOMATIC, "A field is filled in that people do not see."));
    }
    let chosen = Chosen::read(offer, form, manner)?;
    let customer = customer(form)?;
    let booking = booking(&chosen, form)?;
    let request = request(offer, &chosen, form)?;
    let id = app.book_online(offer, (customer, booking), &request, address).await?;
    Ok(app.visit_link(id).await?)
}

fn customer(form: &Form) -> Result<Customer, Problem> {
    let told = |name: &str| Some(form.text(name)).filter(|text| !text.is_empty());
    let fields = json!({
        "name": form.text("name"), "email": told("email"), "phone": told("phone"), "address": told("address"),
    });
    let customer: Customer = serde_json::from_value(fields)
        .map_err(|error| Problem::from(app::Error::Inside(error.to_string())))?;
    let mut errors = customer.check();
    let mut require = |holds: bool, field: &str, message: &str| {
        if !holds {
            errors.push(FieldError { field: field.to_owned(), message: message.to_owned() });
        }
    };
    require(customer.email.is_some(), "email", "is needed: the company answers there");
    let remarks = form.text("remarks").chars().count();
    require(remarks <= REMARKS, "remarks", &format!("must have at most {REMARKS} characters"));
    if errors.is_empty() { Ok(customer) } else { Err(Problem::fields(codes::INVALID, errors)) }
}

fn booking(chosen: &Chosen<'_>, form: &Form) -> Result<Booking, Problem> {
    let remarks = Some(form.text("remarks")).filter(|text| !text.is_empty());
    let told: Value = json!({
        "service": chosen.service_id,
        "branch": chosen.branch_id,
        "provider": chosen.provider,
        "start": start(form)?,
        "guests": chosen.guests,
        "remarks": remarks,
    });
    let wrong = |errors| Problem::fields(codes::INVALID, errors);
    let booking = Booking::read(told).map_err(wrong)?;
    let errors = booking.check();
    if errors.is_empty() { Ok(booking) } else { Err(wrong(errors)) }
}

/// The form as a request that may be repeated: by its key, and all that it says.
fn request(offer: &Offer, chosen: &Chosen<'_>, form: &Form) -> Result<Request, Problem> {
    let key = form.text("key");
    let is_key = (1..=KEY).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_key {
        return Err(Problem::new(codes::BAD_QUERY, "The form lacks its key."));
    }
    let said =
        ["start", "name", "email", "phone", "address", "remarks"].map(|name| form.text(name).to_owned());
    let all = format!("{}\n{}", chosen.essence(), said.join("\n"));
    let fingerprint = Sha256::digest(all).iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Request { key: format!("portal:{}:{key}", offer.id), fingerprint })
}
