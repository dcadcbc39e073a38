//! The first page: what can be booked.

use askama::Template;
use axum::extract::{self, Path};
use axum::http::StatusCode;
use axum::response::Response;

use super::super::words;
use super::frame::{self, Frame};
use crate::app::{App, Error, Offer};
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::model::{Company, CompanyId, PriceBasis, Service};

/// Minutes of an hour.
const HOUR: u32 = 60;

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
    Path(company): Path<String>,
) -> Result<Response, Problem> {
    let offer = offer(&app, &company).await?;
    let entry = |(id, service): (_, &Service)| Entry {
        path: format!("{}/times?service={id}", frame::home(offer.id)),
        name: service.name.clone(),
        length: length(service.duration_minutes),
        price: price(offer.company(), service),
        deposit: deposit(service),
    };
    let page = ServicesPage {
        frame: Frame::of(&offer, "Book an appointment"),
        greeting: offer.company().portal.greeting.clone(),
        services: offer.services().into_iter().map(entry).collect(),
    };
    Ok(words::html(StatusCode::OK, &page))
}

/// How long something takes, in words.
pub(super) fn length(minutes: u32) -> String {
    match (minutes / HOUR, minutes % HOUR) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// What a service costs, as far as that can be said before somebody books: the rules make the price.
pub(super) fn price(company: &Company, service: &Service) -> String {
    let Some(lowest) = service.prices.iter().min_by_key(|row| row.unit_price) else { return String::new() };
    let from = if service.prices.len() > 1 { "from " } else { "" };
    let each = if lowest.basis == PriceBasis::PerGuest && service.max_guests > 1 { " a person" } else { "" };
    format!("{from}{} {}{each}", lowest.unit_price, company.currency)
}

/// What of it is due in advance.
pub(super) fn deposit(service: &Service) -> String {
    if service.deposit_percent.is_zero() {
        return String::new();
    }
    format!("{} % in advance", service.deposit_percent.normalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_read_as_people_say_them() {
        let said = [5, 60, 90, 1440].map(length);
        assert_eq!(said, ["5 min", "1 h", "1 h 30 min", "24 h"]);
    }
}
