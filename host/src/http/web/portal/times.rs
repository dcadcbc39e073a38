//! When: a week of windows, in the zone that was chosen, or in that of the branch.
//!
//! The same week is shown to somebody who books and to somebody who moves a visit.

use askama::Template;
use axum::extract::{self, Extension, Path};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc, Weekday};
use chrono_tz::Tz;
use url::form_urlencoded;

use super::super::appointments::instant;
use super::super::form::Form;
use super::super::words::{self, Choice};
use super::frame::{self, Frame};
use super::manner::Manner;
use super::services::{offer, price};
use super::{refusals, zones};
use crate::app::{
    self, App, Error, Finding, MAX_OPENINGS, MAX_RANGE_DAYS, Offer, OpeningsQuery, Order, Providers, Strict,
};
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::languages::Language;
use crate::model::{AppointmentId, Branch, BranchId, CustomerId, ProviderId, Service, ServiceId};

/// Minutes between two windows, and between two of what is over sooner.
const STEP_MINUTES: u32 = 30;
const SHORT_STEP_MINUTES: u32 = 15;

/// Searches for one week at most: an extension may deny what was found, and then more of it is looked for.
const SEARCHES: usize = 12;

/// What somebody has chosen so far: it stands in the address.
pub(super) struct Chosen<'o> {
    pub(super) service_id: ServiceId,
    pub(super) service: &'o Service,
    pub(super) branch_id: BranchId,
    pub(super) branch: &'o Branch,
    pub(super) provider: Option<ProviderId>,
    pub(super) guests: u32,
    pub(super) zone: Tz,
    manner: &'o Manner,
}

impl<'o> Chosen<'o> {
    /// Reads it. Whatever is not offered is told apart from what does not exist by nobody.
    pub(super) fn read(offer: &'o Offer, form: &Form, manner: &'o Manner) -> Result<Self, Problem> {
        let none = || Problem::from(Error::NoPortal);
        let service_id = form.read::<ServiceId>("service")?.ok_or_else(none)?;
        let service = offer.service(service_id)?;
        let branches = offer.branches(service);
        let wanted = form.read::<BranchId>("branch")?;
        let found = branches.into_iter().find(|(id, _)| wanted.is_none_or(|wanted| wanted == *id));
        let (branch_id, branch) = found.ok_or_else(none)?;
        // Somebody else's choice of provider does not go along to another branch.
        let at_branch = offer.providers(service, branch_id);
        let provider = form.read::<ProviderId>("provider")?;
        let provider = provider.filter(|wanted| at_branch.iter().any(|(id, _)| id == wanted));
        let guests = form.read::<u32>("guests")?.unwrap_or(service.min_guests);
        let guests = guests.clamp(service.min_guests, service.max_guests.max(service.min_guests));
        let zone = form.read::<Tz>("zone")?.unwrap_or(branch.time_zone);
        Ok(Self { service_id, service, branch_id, branch, provider, guests, zone, manner })
    }

    /// The choices as a query, with more added.
    pub(super) fn query(&self, more: &[(&str, &str)]) -> String {
        let mut out = form_urlencoded::Serializer::new(String::new());
        out.extend_pairs(self.fields()).extend_pairs(more).extend_pairs(self.manner.carried()).finish()
    }

    /// The choices and a time as a query without the manner.
    pub(super) fn choice(&self, start: &str) -> String {
        let mut out = form_urlencoded::Serializer::new(String::new());
        out.extend_pairs(self.fields()).append_pair("start", start).finish()
    }

    /// The same without the zone and the manner: what is booked, however it is shown.
    pub(super) fn essence(&self) -> String {
        let fields = self.fields().into_iter().filter(|(name, _)| *name != "zone");
        form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
    }

    /// The choices as fields of a form; what goes without saying is left out.
    pub(super) fn fields(&self) -> Vec<(&'static str, String)> {
        let mut fields =
            vec![("service", self.service_id.to_string()), ("branch", self.branch_id.to_string())];
        if let Some(provider) = self.provider {
            fields.push(("provider", provider.to_string()));
        }
        if self.service.max_guests > 1 {
            fields.push(("guests", self.guests.to_string()));
        }
        if self.zone != self.branch.time_zone {
            fields.push(("zone", self.zone.name().to_owned()));
        }
        fields
    }

    /// What is searched for.
    pub(super) fn search(&self) -> Search {
        Search {
            service: self.service_id,
            branch: self.branch_id,
            provider: self.provider,
            guests: self.guests,
            customer: None,
            step_minutes: step(self.service),
            zone: self.zone,
            moving: None,
        }
    }
}

/// Minutes between two windows of a service.
pub(super) const fn step(service: &Service) -> u32 {
    if service.duration_minutes < STEP_MINUTES { SHORT_STEP_MINUTES } else { STEP_MINUTES }
}

/// What windows are searched for.
pub(super) struct Search {
    pub(super) service: ServiceId,
    pub(super) branch: BranchId,
    pub(super) provider: Option<ProviderId>,
    pub(super) guests: u32,
    pub(super) customer: Option<CustomerId>,
    pub(super) step_minutes: u32,
    pub(super) zone: Tz,
    /// The visit that is moved: its own time is free for it.
    pub(super) moving: Option<AppointmentId>,
}

/// A day of a week.
pub(super) struct Day {
    pub(super) label: String,
    pub(super) slots: Vec<Slot>,
}

/// A window to choose.
pub(super) struct Slot {
    pub(super) value: String,
    pub(super) time: String,
    pub(super) label: String,
}

/// A week as it is shown.
pub(super) struct Week {
    pub(super) label: String,
    pub(super) monday: NaiveDate,
    pub(super) earlier: Option<NaiveDate>,
    pub(super) later: NaiveDate,
    pub(super) days: Vec<Day>,
    /// Why there is nothing, in the rules' words.
    pub(super) reasons: Vec<String>,
}

impl Week {
    pub(super) fn is_empty(&self) -> bool {
        self.days.iter().all(|day| day.slots.is_empty())
    }
}

/// The week that was asked for; else the first one with a window, so that nobody has to look for it.
pub(super) async fn week(
    app: &App,
    language: &Language,
    search: &Search,
    wanted: Option<NaiveDate>,
) -> Result<Week, Problem> {
    let now = app.now();
    let monday = |day: NaiveDate| day.week(Weekday::Mon).first_day();
    let local = |at: DateTime<Utc>| at.with_timezone(&search.zone).date_naive();
    let this = monday(local(now));
    let mut shown = wanted.map_or(this, |day| monday(day).max(this));
    let (mut starts, mut reasons) = starts_in(app, search, shown, now).await?;
    if wanted.is_none() && starts.is_empty() {
        let until = now + TimeDelta::days(MAX_RANGE_DAYS);
        let first = OpeningsQuery { ranking: None, ..search.query(now, until, 1) };
        let found = app.openings(first).await?;
        if let Some(first) = found.openings.first() {
            shown = monday(local(first.start));
            (starts, reasons) = starts_in(app, search, shown, now).await?;
        }
    }
    let later = shown + Days::new(7);
    let day = |n: u64| {
        let date = shown + Days::new(n);
        let slots = starts.iter().filter(|at| local(**at) == date);
        Day {
            label: language.day_without_year(date),
            slots: slots.map(|at| slot(language, *at, search.zone)).collect(),
        }
    };
    Ok(Week {
        label: language.week(shown, later - Days::new(1)),
        monday: shown,
        earlier: (shown > this).then(|| shown - Days::new(7)),
        later,
        days: (0..7).map(day).collect(),
        reasons: reasons.into_iter().map(|finding| refusals::said(language, finding)).collect(),
    })
}

/// The moments of a week at which a visit could start, each once, and why there are none.
async fn starts_in(
    app: &App,
    search: &Search,
    monday: NaiveDate,
    now: DateTime<Utc>,
) -> Result<(Vec<DateTime<Utc>>, Vec<Finding>), Problem> {
    let mut from = app::day(search.zone, monday).0.max(now);
    let to = app::day(search.zone, monday + Days::new(7)).0;
    let (mut starts, mut reasons) = (Vec::new(), Vec::new());
    for _ in 0..SEARCHES {
        if from >= to {
            break;
        }
        let found = app.openings(search.query(from, to, MAX_OPENINGS)).await?;
        starts.extend(found.openings.iter().map(|opening| opening.start));
        reasons = found.reasons;
        match starts.last().filter(|_| found.more) {
            Some(last) => from = *last + TimeDelta::seconds(1),
            None => break,
        }
    }
    Ok((starts, reasons))
}

impl Search {
    fn query(&self, from: DateTime<Utc>, to: DateTime<Utc>, limit: u32) -> OpeningsQuery {
        OpeningsQuery {
            service: self.service,
            from: Some(from),
            to: Some(to),
            branch: Some(self.branch),
            providers: Providers(self.provider.into_iter().collect()),
            guests: Some(self.guests),
            step_minutes: Some(self.step_minutes),
            limit: Some(limit),
            ranking: Some(Order::EarliestStarts),
            near: None,
            customer: self.customer,
            gender: None,
            language: None,
            skill: None,
            strict: Strict::default(),
            moving: self.moving,
        }
    }
}

fn slot(language: &Language, at: DateTime<Utc>, zone: Tz) -> Slot {
    let time = language.time(at, zone);
    let day = language.day(at.with_timezone(&zone).date_naive());
    Slot { value: instant(at), label: format!("{day}, {time}"), time }
}

#[derive(Template)]
#[template(path = "portal/times.html")]
struct TimesPage {
    frame: Frame,
    home: String,
    service: String,
    about: Vec<String>,
    service_id: String,
    branches: Vec<Choice>,
    branch: String,
    providers: Vec<Choice>,
    guests: Option<(u32, u32, u32)>,
    zones: Vec<Choice>,
    zone: String,
    zone_label: String,
    fields: Vec<(&'static str, String)>,
    earlier: Option<String>,
    later: String,
    /// The address without a zone, for the script to add the viewer's.
    without_zone: String,
    week: Week,
}

pub(super) async fn show(
    extract::State(app): extract::State<State>,
    Extension(manner): Extension<Manner>,
    Path(company): Path<String>,
    uri: Uri,
) -> Result<Response, Problem> {
    let offer = offer(&app, &company).await?;
    let manner = manner.with(&offer.company().portal);
    let form = Form::parse(uri.query().unwrap_or_default().as_bytes());
    let language = &*manner.language;
    let chosen = Chosen::read(&offer, &form, &manner)?;
    let week = week(&app, language, &chosen.search(), form.read("week")?).await?;
    let home = frame::home(offer.id);
    let at = |monday: NaiveDate| format!("{home}/times?{}", chosen.query(&[("week", &monday.to_string())]));
    let Chosen { service, branch_id, branch, zone, .. } = chosen;
    let branches = offer.branches(service).into_iter().map(|(id, one)| Choice {
        value: id.to_string(),
        label: one.name.clone(),
        is_chosen: id == branch_id,
    });
    let providers = offer.providers(service, branch_id).into_iter().map(|(id, one)| Choice {
        value: id.to_string(),
        label: one.name.clone(),
        is_chosen: chosen.provider == Some(id),
    });
    let about = [language.length(service.duration_minutes), price(language, offer.company(), service)];
    let mut anywhere = form_urlencoded::Serializer::new(String::new());
    anywhere.extend_pairs(chosen.fields().into_iter().filter(|(name, _)| *name != "zone"));
    anywhere.append_pair("week", &week.monday.to_string()).extend_pairs(manner.carried());
    let page = TimesPage {
        frame: Frame::of(&manner, &offer, "times-title").titled(&service.name),
        service: service.name.clone(),
        about: about.into_iter().filter(|text| !text.is_empty()).collect(),
        service_id: chosen.service_id.to_string(),
        branches: branches.collect(),
        branch: place(branch),
        providers: providers.collect(),
        guests: (service.max_guests > 1).then_some((service.min_guests, service.max_guests, chosen.guests)),
        zones: zones::choices(language, branch.time_zone, zone),
        zone: zone.name().to_owned(),
        zone_label: zones::shown(language, branch.time_zone, zone),
        fields: chosen.fields(),
        earlier: week.earlier.map(at),
        later: at(week.later),
        without_zone: format!("{home}/times?{}", anywhere.finish()),
        home,
        week,
    };
    Ok(Frame::page(page.frame.logo.clone(), StatusCode::OK, &page))
}

/// A branch, and where it is.
pub(super) fn place(branch: &Branch) -> String {
    let address = words::on_a_line(&branch.address);
    if address.is_empty() { branch.name.clone() } else { format!("{}, {address}", branch.name) }
}
