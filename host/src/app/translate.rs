//! Between the host's words and the rules component's: values, master data, appointments. Pure, and lossless: what
//! does not fit is an error, never rounded.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use slotledger_erp::Kind;

use super::error::Refusal;
use super::{Error, Finding, Result, calendar};
use crate::model::{self, Actor, Preference, PriceBasis, Status, Wish};
use crate::wasm::bindings::slotledger::rules::decisions;
use crate::wasm::bindings::slotledger::types::{appointments, catalog, values};

pub(super) fn decimal(value: Decimal) -> Result<values::Decimal> {
    // Digits as they were given: 129.90 stays 129.90 on every document.
    let value = if value.scale() > 18 { value.normalize() } else { value };
    match (i64::try_from(value.mantissa()), u8::try_from(value.scale())) {
        (Ok(units), Ok(scale)) if scale <= 18 => Ok(values::Decimal { units, scale }),
        _ => Err(Error::field("amount", format!("{value} has more digits than can be reckoned with"))),
    }
}

pub(super) fn number(value: &values::Decimal) -> Result<Decimal> {
    Decimal::try_from_i128_with_scale(value.units.into(), value.scale.into())
        .map_err(|error| contradiction(format!("a decimal with scale {}: {error}", value.scale)))
}

pub(super) fn moment(seconds: i64) -> Result<DateTime<Utc>> {
    DateTime::from_timestamp(seconds, 0)
        .ok_or_else(|| contradiction(format!("the moment {seconds} is beyond the calendar")))
}

/// The rules component answered with something that cannot be carried out.
pub(super) fn contradiction(what: impl Into<String>) -> Error {
    Error::Contradiction(what.into())
}

pub(super) fn refused(findings: Vec<decisions::Finding>) -> Error {
    let findings = findings.into_iter().map(finding).collect();
    Error::Refused(Refusal { findings, alternatives: Vec::new() })
}

/// A refusal of one part of a request.
pub(super) fn refused_of(field: &str, refused: decisions::Finding) -> Error {
    let findings = vec![finding(refused)];
    Error::Refused(Refusal { findings, alternatives: Vec::new() }.of(field))
}

pub(super) fn finding(finding: decisions::Finding) -> Finding {
    let decisions::Finding { code, message, hint } = finding;
    Finding { code, message, hint, field: None }
}

pub(super) fn preference(preference: &Preference) -> decisions::Preference {
    let quality =
        |kind, value: &String| decisions::Wish::Quality(catalog::Quality { kind, value: value.clone() });
    let wish = match &preference.wish {
        Wish::Provider(id) => decisions::Wish::Provider(id.to_string()),
        Wish::Gender(value) => quality(catalog::QualityKind::Gender, value),
        Wish::Language(value) => quality(catalog::QualityKind::Language, value),
        Wish::Skill(value) => quality(catalog::QualityKind::Skill, value),
    };
    decisions::Preference { wish, required: preference.required }
}

pub(super) fn case(case: &model::Case) -> decisions::ServiceCase {
    let model::Case { name, customer, active, .. } = case;
    decisions::ServiceCase { name: name.clone(), customer: customer.to_string(), active: *active }
}

pub(super) fn company(
    id: impl ToString,
    company: &model::Company,
    digits: u8,
    now: DateTime<Utc>,
) -> Result<catalog::Company> {
    let (next_week, next_month) = calendar::ends(company.time_zone, now);
    Ok(catalog::Company {
        id: id.to_string(),
        active: company.active,
        currency: company.currency.clone(),
        currency_digits: digits,
        hold_minutes: company.hold_minutes,
        late_cancel_fee: company.late_cancel_fee.map(decimal).transpose()?,
        no_show_fee: company.no_show_fee.map(decimal).transpose()?,
        fee_item: company.fee_item.clone(),
        switched_off: company.switched_off.iter().copied().map(document_kind).collect(),
        posting: posting(&company.posting),
        books_open_from: company.books_closed_until.map(|day| {
            let (_, next) = calendar::day(company.time_zone, day);
            next.timestamp()
        }),
        next_week: next_week.timestamp(),
        next_month: next_month.timestamp(),
        coupons: company.coupons.iter().map(coupon).collect::<Result<_>>()?,
        attributes: attributes(&company.attributes),
    })
}

pub(super) const fn posting(policy: &model::PostingPolicy) -> catalog::PostingPolicy {
    catalog::PostingPolicy {
        on_reschedule: match policy.on_reschedule {
            model::OrderChange::Amend => catalog::OrderChange::Amend,
            model::OrderChange::Replace => catalog::OrderChange::Replace,
        },
        deposit_refund: match policy.deposit_refund {
            model::DepositRefund::Always => catalog::DepositRefund::Always,
            model::DepositRefund::Never => catalog::DepositRefund::Never,
            model::DepositRefund::OutsideCutoff => catalog::DepositRefund::OutsideCutoff,
        },
        invoicing: match policy.invoicing {
            model::Invoicing::Appointment => catalog::Invoicing::Appointment,
            model::Invoicing::Booking => catalog::Invoicing::Booking,
            model::Invoicing::CustomerWeek => catalog::Invoicing::CustomerWeek,
            model::Invoicing::CustomerMonth => catalog::Invoicing::CustomerMonth,
        },
        invoices: match policy.invoices {
            model::InvoiceFinish::Posted => catalog::InvoiceFinish::Posted,
            model::InvoiceFinish::Draft => catalog::InvoiceFinish::Draft,
        },
        posting_date: match policy.posting_date {
            model::PostingDate::DayOfEvent => catalog::PostingDate::DayOfEvent,
            model::PostingDate::NextOpenDay => catalog::PostingDate::NextOpenDay,
        },
    }
}

pub(super) const fn posting_back(policy: catalog::PostingPolicy) -> model::PostingPolicy {
    model::PostingPolicy {
        on_reschedule: match policy.on_reschedule {
            catalog::OrderChange::Amend => model::OrderChange::Amend,
            catalog::OrderChange::Replace => model::OrderChange::Replace,
        },
        deposit_refund: match policy.deposit_refund {
            catalog::DepositRefund::Always => model::DepositRefund::Always,
            catalog::DepositRefund::Never => model::DepositRefund::Never,
            catalog::DepositRefund::OutsideCutoff => model::DepositRefund::OutsideCutoff,
        },
        invoicing: match policy.invoicing {
            catalog::Invoicing::Appointment => model::Invoicing::Appointment,
            catalog::Invoicing::Booking => model::Invoicing::Booking,
            catalog::Invoicing::CustomerWeek => model::Invoicing::CustomerWeek,
            catalog::Invoicing::CustomerMonth => model::Invoicing::CustomerMonth,
        },
        invoices: match policy.invoices {
            catalog::InvoiceFinish::Posted => model::InvoiceFinish::Posted,
            catalog::InvoiceFinish::Draft => model::InvoiceFinish::Draft,
        },
        posting_date: match policy.posting_date {
            catalog::PostingDate::DayOfEvent => model::PostingDate::DayOfEvent,
            catalog::PostingDate::NextOpenDay => model::PostingDate::NextOpenDay,
        },
    }
}

fn coupon(coupon: &model::Coupon) -> Result<catalog::Coupon> {
    Ok(catalog::Coupon {
        code: coupon.code.clone(),
        value: match coupon.value {
            model::CouponValue::Amount(amount) => catalog::CouponValue::Amount(decimal(amount)?),
            model::CouponValue::Percent(percent) => catalog::CouponValue::Percent(decimal(percent)?),
        },
        item: coupon.item.clone(),
        valid_from: coupon.valid_from.map(|at| at.timestamp()),
        valid_until: coupon.valid_until.map(|at| at.timestamp()),
        services: coupon.services.iter().map(ToString::to_string).collect(),
    })
}

pub(super) fn service(id: impl ToString, service: &model::Service) -> Result<catalog::Service> {
    Ok(catalog::Service {
        id: id.to_string(),
        name: service.name.clone(),
        item: service.item.clone(),
        active: service.active,
        duration: service.duration_minutes,
        buffer_before: service.buffer_before_minutes,
        buffer_after: service.buffer_after_minutes,
        lead_time: service.lead_time_minutes,
        horizon: service.horizon_days.saturating_mul(24 * 60),
        cancel_cutoff: service.cancel_cutoff_minutes,
        reschedule_cutoff: service.reschedule_cutoff_minutes,
        reschedule_limit: service.reschedule_limit,
        min_guests: service.min_guests,
        max_guests: service.max_guests,
        prices: service.prices.iter().map(price_row).collect::<Result<_>>()?,
        deposit_percent: decimal(service.deposit_percent)?,
        consumables: service.consumables.iter().map(consumable).collect::<Result<_>>()?,
        commission_percent: decimal(service.commission_percent)?,
        providers: sorted(&service.providers),
        required_units: service.required_units.clone(),
        seats: service.seats,
        switched_off: service.switched_off.iter().copied().map(document_kind).collect(),
        attributes: attributes(&service.attributes),
    })
}

/// Identifiers in their order, in which texts of one length sort alike.
fn sorted(ids: &[model::ProviderId]) -> Vec<String> {
    let mut ids: Vec<_> = ids.to_vec();
    ids.sort_unstable();
    ids.iter().map(ToString::to_string).collect()
}

fn price_row(row: &model::PriceRow) -> Result<catalog::PriceRow> {
    Ok(catalog::PriceRow {
        description: row.description.clone(),
        basis: match row.basis {
            PriceBasis::PerBooking => catalog::PriceBasis::PerBooking,
            PriceBasis::PerGuest => catalog::PriceBasis::PerGuest,
        },
        from_guests: row.from_guests,
        to_guests: row.to_guests,
        unit_price: decimal(row.unit_price)?,
        list_price: row.list_price.map(decimal).transpose()?,
        item: row.item.clone(),
    })
}

pub(super) fn consumable(material: &model::Consumable) -> Result<catalog::Consumable> {
    Ok(catalog::Consumable {
        item: material.item.clone(),
        quantity: decimal(material.quantity)?,
        unit: material.unit.clone(),
        warehouse: material.warehouse.clone(),
    })
}

pub(super) fn provider(id: impl ToString, provider: &model::Provider) -> Result<catalog::Provider> {
    Ok(catalog::Provider {
        id: id.to_string(),
        name: provider.name.clone(),
        active: provider.active,
        commission_percent: provider.commission_percent.map(decimal).transpose()?,
        qualities: qualities(provider),
        attributes: attributes(&provider.attributes),
    })
}

/// Further properties, by name.
fn attributes(attributes: &model::Attributes) -> Vec<values::Attribute> {
    attributes.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn qualities(provider: &model::Provider) -> Vec<catalog::Quality> {
    let quality = |kind| move |value: &String| catalog::Quality { kind, value: value.clone() };
    let genders = provider.gender.iter().map(quality(catalog::QualityKind::Gender));
    let languages = provider.languages.iter().map(quality(catalog::QualityKind::Language));
    let skills = provider.skills.iter().map(quality(catalog::QualityKind::Skill));
    genders.chain(languages).chain(skills).collect()
}

pub(super) fn unit(id: impl ToString, unit: &model::Unit) -> catalog::Unit {
    catalog::Unit {
        id: id.to_string(),
        name: unit.name.clone(),
        unit_type: unit.unit_type.clone(),
        active: unit.active,
        capacity: unit.capacity,
        overlap_allowed: unit.overlap_allowed,
        parent: unit.parent.map(|id| id.to_string()),
        attributes: Vec::new(),
    }
}

pub(super) fn customer(id: impl ToString, customer: &model::Customer) -> catalog::Customer {
    catalog::Customer {
        id: id.to_string(),
        name: customer.name.clone(),
        active: customer.active,
        attributes: attributes(&customer.attributes),
    }
}

pub(super) const fn actor(actor: Actor) -> appointments::Actor {
    match actor {
        Actor::Customer => appointments::Actor::Customer,
        Actor::Provider => appointments::Actor::Provider,
        Actor::Staff => appointments::Actor::Staff,
        Actor::System => appointments::Actor::System,
    }
}

pub(super) const fn status(status: Status) -> appointments::Status {
    match status {
        Status::Open => appointments::Status::Open,
        Status::Scheduled => appointments::Status::Scheduled,
        Status::Confirmed => appointments::Status::Confirmed,
        Status::EnRoute => appointments::Status::EnRoute,
        Status::InProgress => appointments::Status::InProgress,
        Status::Paused => appointments::Status::Paused,
        Status::Completed => appointments::Status::Completed,
        Status::Cancelled => appointments::Status::Cancelled,
        Status::NoShow => appointments::Status::NoShow,
    }
}

pub(super) const fn status_back(status: appointments::Status) -> Status {
    match status {
        appointments::Status::Open => Status::Open,
        appointments::Status::Scheduled => Status::Scheduled,
        appointments::Status::Confirmed => Status::Confirmed,
        appointments::Status::EnRoute => Status::EnRoute,
        appointments::Status::InProgress => Status::InProgress,
        appointments::Status::Paused => Status::Paused,
        appointments::Status::Completed => Status::Completed,
        appointments::Status::Cancelled => Status::Cancelled,
        appointments::Status::NoShow => Status::NoShow,
    }
}

pub(super) const fn document_kind(kind: Kind) -> catalog::DocumentKind {
    match kind {
        Kind::SalesOrder => catalog::DocumentKind::SalesOrder,
        Kind::OrderCancellation => catalog::DocumentKind::OrderCancellation,
        Kind::SalesInvoice => catalog::DocumentKind::SalesInvoice,
        Kind::StockIssue => catalog::DocumentKind::StockIssue,
        Kind::Commission => catalog::DocumentKind::Commission,
        Kind::CreditNote => catalog::DocumentKind::CreditNote,
        Kind::StockReturn => catalog::DocumentKind::StockReturn,
        Kind::CommissionReversal => catalog::DocumentKind::CommissionReversal,
        Kind::OrderAmendment => catalog::DocumentKind::OrderAmendment,
        Kind::Advance => catalog::DocumentKind::Advance,
        Kind::AdvanceRefund => catalog::DocumentKind::AdvanceRefund,
    }
}

pub(super) fn quote(quote: &model::Quote) -> Result<appointments::Quote> {
    let line = |line: &model::QuoteLine| {
        Ok(appointments::QuoteLine {
            description: line.description.clone(),
            item: line.item.clone(),
            quantity: decimal(line.quantity)?,
            unit_price: decimal(line.unit_price)?,
            list_price: line.list_price.map(decimal).transpose()?,
            amount: decimal(line.amount)?,
        })
    };
    Ok(appointments::Quote {
        currency: quote.currency.clone(),
        lines: quote.lines.iter().map(line).collect::<Result<_>>()?,
        net: decimal(quote.net)?,
        deposit: decimal(quote.deposit)?,
        coupon: quote.coupon.clone(),
    })
}

pub(super) fn quote_back(quote: appointments::Quote) -> Result<model::Quote> {
    let line = |line: appointments::QuoteLine| {
        Ok(model::QuoteLine {
            quantity: number(&line.quantity)?,
            unit_price: number(&line.unit_price)?,
            list_price: line.list_price.as_ref().map(number).transpose()?,
            amount: number(&line.amount)?,
            description: line.description,
            item: line.item,
        })
    };
    Ok(model::Quote {
        net: number(&quote.net)?,
        deposit: number(&quote.deposit)?,
        lines: quote.lines.into_iter().map(line).collect::<Result<_>>()?,
        currency: quote.currency,
        coupon: quote.coupon,
    })
}

pub(super) fn timing(timing: &model::Timing) -> appointments::Timing {
    appointments::Timing {
        started: timing.started.map(|at| at.timestamp()),
        paused: timing.paused.map(|at| at.timestamp()),
        paused_seconds: timing.paused_seconds,
        finished: timing.finished.map(|at| at.timestamp()),
    }
}

pub(super) fn timing_back(timing: &appointments::Timing) -> Result<model::Timing> {
    Ok(model::Timing {
        started: timing.started.map(moment).transpose()?,
        paused: timing.paused.map(moment).transpose()?,
        paused_seconds: timing.paused_seconds,
        finished: timing.finished.map(moment).transpose()?,
    })
}

pub(super) const fn span(start: DateTime<Utc>, end: DateTime<Utc>) -> values::Span {
    values::Span { start: start.timestamp(), end: end.timestamp() }
}
