//! What is paid for an appointment, as far as its page can tell.
//!
//! The rules take payments up to the price before tax: they know no other, and an advance of that much is settled with the invoice
//! in whichever books. What the customer pays in the end, the books say once they have the order.

use slotledger_erp::Body;

use super::papers::counter;
use crate::http::web::form::Form;
use crate::model::{Appointment, Delivery};

/// A payment that can be entered.
pub(super) struct Payment {
    /// What stands in the field: what was sent, else what the deposit lacks.
    pub(super) amount: String,
    /// How little and how much it can be.
    pub(super) least: String,
    pub(super) most: String,
}

impl Payment {
    pub(super) fn of(appointment: &Appointment, form: &Form, is_refused: bool) -> Self {
        let missing = appointment.deposit_left().unwrap_or_default();
        let money = |amount| format!("{amount} {}", appointment.quote.currency);
        Self {
            amount: if is_refused { form.text("amount").to_owned() } else { missing.to_string() },
            least: money(missing),
            most: money(appointment.balance),
        }
    }
}

/// What is left to pay: with tax where the books have an order for this appointment alone, before tax otherwise.
pub(super) fn left(appointment: &Appointment, deliveries: &[Delivery]) -> String {
    let currency = &appointment.quote.currency;
    let stands = |one: &&Delivery| {
        matches!(one.posting.body, Body::SalesOrder(_)) && counter(&one.posting, deliveries).is_none()
    };
    let order = deliveries.iter().rev().find(stands).and_then(|order| order.document.as_ref());
    let alone = order.filter(|order| appointment.booking.is_none() && order.net == appointment.quote.net);
    match alone {
        Some(order) => format!("{} {currency} with tax", appointment.balance + order.tax),
        None => format!("{} {currency} before tax", appointment.balance),
    }
}
