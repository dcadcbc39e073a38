//! The first page: what can be booked.

use askama::Template;
use axum::extract::{self, Extension, Path};
use axum::http::StatusCode;
use axum::response::Response;
use url::form_urlencoded;

use super::frame::{self, Frame};
use super::manner::Manner;
use crate::app::{App, Error, Offer};
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::languages::Language;
use crate::model::{Company, CompanyId, PriceBasis, Service, ServiceId};

#[derive(Template)]
#[template(path = "portal/services.html")]
struct ServicesPage {
    frame: Frame,
    greeting: String,
    services: Vec<Entry>,
}

/// A service to choose.
struct Entry {
    path: String,
    name: String,
    length: String,
    price: String,
    deposit: String,
}

/// What a company offers, by what stands in the path.
pub(super) async fn offer(app: &App, company: &str) -> Result<Offer, Problem> {
    let id: CompanyId = company.parse().map_err(|_| Problem::from(Error::NoPortal))?;
    Ok(app.portal(id).await?)
}

pub(super) async fn show(
    extract::State(app): extract::State<State>,
    Extension(manner): Extension<Manner>,
    Path(company): Path<String>,
) -> Result<Response, Problem> {
    let offer = offer(&app, &company).await?;
    let manner = manner.with(&offer.company().portal);
    let language = &*manner.language;
    let entry = |(id, service): (_, &Service)| Entry {
        path: format!("{}/times?{}", frame::home(offer.id), of(&manner, id)),
        name: service.name.clone(),
        length: language.length(service.duration_minutes),
        price: price(language, offer.company(), service),
        deposit: deposit(language, service),
    };
    let page = ServicesPage {
        frame: Frame::of(&manner, &offer, "services-title"),
        greeting: offer.company().portal.greeting.clone(),
        services: offer.services().into_iter().map(entry).collect(),
    };
    Ok(Frame::page(page.frame.logo.clone(), StatusCode::OK, &page))
}

/// A service as a query.
fn of(manner: &Manner, service: ServiceId) -> String {
    let chosen = [("service", service.to_string())].into_iter().chain(manner.carried());
    form_urlencoded::Serializer::new(String::new()).extend_pairs(chosen).finish()
}

/// What a service costs, as far as that can be said before somebody books: the rules make the price.
pub(super) fn price(language: &Language, company: &Company, service: &Service) -> String {
    let Some(lowest) = service.prices.iter().min_by_key(|row| row.unit_price) else { return String::new() };
    let price = language.money(lowest.unit_price, &company.currency);
    let is_each = lowest.basis == PriceBasis::PerGuest && service.max_guests > 1;
    let name = match (is_each, service.prices.len() > 1) {
        (false, false) => return price,
        (false, true) => "price-from",
        (true, false) => "price-per-person",
        (true, true) => "price-per-person-from",
    };
    language.tell(name, [("price", price.into())])
}

/// What of it is due in advance.
pub(super) fn deposit(language: &Language, service: &Service) -> String {
    if service.deposit_percent.is_zero() {
        return String::new();
    }
    let percent = language.number(service.deposit_percent.normalize());
    language.tell("deposit-percent", [("percent", percent.into())])
}
