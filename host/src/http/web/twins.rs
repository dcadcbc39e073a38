//! What stands already for a customer for whom somebody is about to hold a time: a hold they may have forgotten, or a visit then.
//!
//! It keeps nobody from holding another time: the rules know of no such bar. The page asks once, and goes on if it is meant.

use chrono::TimeDelta;

use super::customers::branches_seen;
use super::door::Desk;
use super::names::Names;
use super::words;
use crate::app::{App, Booking};
use crate::http::problem::Problem;
use crate::model::{Appointment, CompanyId, Service, Status};
use crate::store::{AppointmentFilter, Page};

/// Visits of one customer that are looked through: more than anybody has to come.
const VISITS: u32 = 100;

/// A visit that stands, or a time that is held.
pub(super) struct Twin {
    pub(super) path: String,
    pub(super) name: String,
    pub(super) when: String,
    pub(super) status: &'static str,
}

/// Of the customer's visits those that are only held, and those at the same time.
pub(super) async fn twins(
    app: &App,
    desk: &Desk,
    company: CompanyId,
    booking: &Booking,
) -> Result<Vec<Twin>, Problem> {
    let Some(customer) = booking.customer else { return Ok(Vec::new()) };
    let filter = AppointmentFilter {
        company: Some(company),
        customer: Some(customer),
        branches: branches_seen(desk, company)?,
        standing: true,
        from: Some(app.now()),
        ..AppointmentFilter::default()
    };
    let length = app.get::<Service>(booking.service.0).await?.data.duration_minutes;
    let (start, end) = (booking.start, booking.start + TimeDelta::minutes(length.into()));
    let standing = app.appointments(&filter, Page { after: None, limit: VISITS }).await?;
    let is_twin = |one: &&Appointment| one.status == Status::Open || (one.start < end && one.end > start);
    let mut names = Names::new(app);
    let mut twins = Vec::new();
    for one in standing.iter().filter(is_twin) {
        let zone = names.zone(one.branch).await?;
        twins.push(Twin {
            path: format!("/appointments/{}", one.id),
            name: one.name.clone(),
            when: words::span(one.start, one.end, zone),
            status: words::status(one.status),
        });
    }
    Ok(twins)
}
