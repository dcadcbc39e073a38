//! The second step: what is offered, taken from a template and changed before it is made.

use rust_decimal::Decimal;
use serde::Serialize;
use uuid::Uuid;

use super::{App, Error, Result, Template, TemplateService};
use crate::model::{Attributes, CompanyId, FieldError, Master, PriceBasis, PriceRow, Service, Stored, Unit};

/// Most units of a type that the form makes; the API adds more.
const UNITS: u32 = 50;

/// How far into the future can be booked, days.
const HORIZON_DAYS: u32 = 90;

/// A service of a template that is wanted, as the form changed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Offering {
    /// The how manieth of the template, from 1.
    pub place: usize,
    /// Its name.
    pub name: String,
    /// The item's code in the books.
    pub item: String,
    /// Minutes.
    pub duration_minutes: u32,
    /// Net.
    pub price: Decimal,
}

/// How many units of a type there shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitsWanted {
    /// What services ask for.
    pub unit_type: String,
    /// So many, those that are there included.
    pub count: u32,
}

impl App {
    /// Adds services of a template, and the units that they need. All of them are checked before the first is made.
    pub async fn offer_services(
        &self,
        by: &str,
        company: CompanyId,
        template: &Template,
        (wanted, units): (&[Offering], &[UnitsWanted]),
        form: &str,
    ) -> Result<()> {
        let setup = self.setup(company).await?;
        let mut errors = missing_units(template, wanted, units);
        let mut services = Vec::new();
        for offering in wanted {
            let Some(usual) = offering.usual(template) else { continue };
            let mut service = offering.service(usual);
            // Whoever works there already offers what is new, until somebody says otherwise.
            service.providers = setup.people.iter().map(|person| person.id.into()).collect();
            let own = |error| of_place(offering.place, error);
            errors.extend(service.check().into_iter().map(own));
            services.push((offering, service));
        }
        if wanted.is_empty() && setup.services.is_empty() {
            let message = "tick at least one service".to_owned();
            errors.push(FieldError { field: "services".to_owned(), message });
        }
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        let branch = setup.branch().ok_or_else(|| Error::field("branch", "the company has no branch yet"))?;
        for unit in new_units(template, units, &setup.units, branch.id) {
            let part = format!("unit:{}", unit.name);
            let said = unit.clone();
            self.make(by, (Some(company), unit), (form, &part), &said).await?;
        }
        for (offering, service) in services {
            let part = format!("service:{}", offering.place);
            self.make(by, (Some(company), service), (form, &part), offering).await?;
        }
        Ok(())
    }
}

impl Offering {
    /// A service as the template has it.
    #[must_use]
    pub fn of(usual: &TemplateService) -> Self {
        let TemplateService { name, item, duration_minutes, price, .. } = usual;
        let (name, item) = (name.clone(), item.clone());
        Self { place: 1, name, item, duration_minutes: *duration_minutes, price: *price }
    }

    /// What the template says about it.
    fn usual<'t>(&self, template: &'t Template) -> Option<&'t TemplateService> {
        template.services.get(self.place.checked_sub(1)?)
    }

    /// The service that is made of it.
    pub(super) fn service(&self, usual: &TemplateService) -> Service {
        Service {
            name: self.name.clone(),
            item: self.item.clone(),
            duration_minutes: self.duration_minutes,
            buffer_before_minutes: usual.buffer_before_minutes,
            buffer_after_minutes: usual.buffer_after_minutes,
            lead_time_minutes: usual.lead_time_minutes,
            horizon_days: HORIZON_DAYS,
            cancel_cutoff_minutes: usual.cancel_cutoff_minutes,
            reschedule_cutoff_minutes: usual.cancel_cutoff_minutes,
            reschedule_limit: None,
            latest_start: None,
            min_guests: 1,
            max_guests: 1,
            prices: vec![PriceRow {
                description: self.name.clone(),
                basis: PriceBasis::PerBooking,
                from_guests: 1,
                to_guests: None,
                unit_price: self.price,
                list_price: None,
                item: None,
            }],
            deposit_percent: usual.deposit_percent,
            consumables: Vec::new(),
            commission_percent: Decimal::ZERO,
            providers: Vec::new(),
            required_units: usual.required_units.clone(),
            seats: 1,
            switched_off: Vec::new(),
            attributes: Attributes::new(),
            active: true,
        }
    }
}

/// Types of units that a wanted service needs and of which there would be none, and counts that are too high.
fn missing_units(template: &Template, wanted: &[Offering], units: &[UnitsWanted]) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for UnitsWanted { unit_type, count } in units {
        let needs = |offering: &&Offering| {
            offering.usual(template).is_some_and(|usual| usual.required_units.contains(unit_type))
        };
        let field = format!("count-{unit_type}");
        if *count > UNITS {
            errors.push(FieldError { field, message: format!("must be at most {UNITS}") });
        } else if let Some(offering) = wanted.iter().find(needs).filter(|_| *count == 0) {
            errors.push(FieldError { field, message: format!("«{}» needs one", offering.name) });
        }
    }
    errors
}

/// Those that are missing to the numbers wanted.
fn new_units(template: &Template, wanted: &[UnitsWanted], there: &[Stored<Unit>], branch: Uuid) -> Vec<Unit> {
    let mut new = Vec::new();
    for usual in &template.units {
        let of_type = there.iter().filter(|unit| unit.data.unit_type == usual.unit_type).count();
        let count = wanted.iter().find(|one| one.unit_type == usual.unit_type).map_or(0, |one| one.count);
        for number in u32::try_from(of_type).unwrap_or(UNITS) + 1..=count {
            new.push(Unit {
                name: format!("{} {number}", usual.name),
                branch: branch.into(),
                unit_type: usual.unit_type.clone(),
                capacity: 1,
                overlap_allowed: false,
                parent: None,
                active: true,
            });
        }
    }
    new
}

/// An error of a service, by the form's field. The price row's words are the service's own.
fn of_place(place: usize, error: FieldError) -> FieldError {
    let field = match error.field.as_str() {
        "prices[0].unit_price" => format!("price-{place}"),
        "duration_minutes" => format!("minutes-{place}"),
        "prices[0].description" => format!("name-{place}"),
        other => format!("{other}-{place}"),
    };
    FieldError { field, ..error }
}
