//! Money received in advance.
//!
//! Invariant: amounts are exact, and what has been paid lies between the deposit and the price once a payment was
//! accepted. Deliberately absent: how money is paid, and how it is given back.

use rust_decimal::Decimal as Number;

use crate::effects::{Sale, Turn, is_refunded};
use crate::lifecycle::{Case, booking};
use crate::money::{self, Currency};
use crate::wit::{Actor, Decision, Finding, Payment, Quote, Status};
use crate::{events, findings};

/// Acknowledges the appointment because its deposit was paid, unless staff have confirmed it without: then it only takes
/// the money.
///
/// What was paid for it before counts: it may stand in place of another appointment.
pub(crate) fn pay(case: &Case<'_>, payment: &Payment) -> Result<Decision, Finding> {
    booking::check_hold(case)?;
    let was_confirmed = case.appointment.status == Status::Confirmed;
    if was_confirmed && !is_due(case)? {
        // A payment that is told twice counts once.
        return Err(findings::already(Status::Confirmed));
    }
    let quote = &case.appointment.quote;
    if payment.currency != quote.currency {
        return Err(findings::currency_refused(&payment.currency, &quote.currency));
    }
    let account = Account::of(case)?;
    let amount = account.accept(payment)?;
    let (paid, balance) = account.after(amount)?;
    let shown = account.currency.show(amount);
    let attributes = [
        ("amount", shown.as_str()),
        ("currency", payment.currency.as_str()),
        ("reference", payment.reference.as_str()),
        ("balance", &account.currency.show(balance)),
    ];
    let received = events::with("appointment.deposit_paid", "The deposit was paid.", &attributes);
    let mut sale = case.sale();
    sale.settle(&Turn::of(booking::CONFIRMED))?;
    sale.advance(payment, account.currency.write(amount)?);
    let mut decision = case.decision(received);
    if !was_confirmed {
        decision.events.push(events::event("appointment.confirmed", booking::CONFIRMED));
    }
    Ok(Decision { paid: account.currency.write(paid)?, effects: sale.finish(), ..decision })
}

/// Pays the deposit of an appointment that comes to nothing back, if the company does; `late` says that the customer is
/// to blame for it.
pub(crate) fn gone(
    case: &Case<'_>,
    sale: &mut Sale<'_>,
    late: bool,
    reason: &str,
    mut decision: Decision,
) -> Result<Decision, Finding> {
    if !is_refunded(&case.terms(), late) {
        return Ok(decision);
    }
    let before = case.appointment.paid;
    let left = sale.refund(before, reason)?;
    if left == before {
        return Ok(decision);
    }
    let currency = Currency::of(&case.snapshot.company)?;
    let exact = |amount| currency.exact(amount).ok_or_else(findings::price_unusable);
    let refunded = exact(before)?.checked_sub(exact(left)?).ok_or_else(findings::amount_too_large)?;
    let shown = currency.show(refunded);
    let attributes = [("amount", shown.as_str()), ("currency", case.appointment.quote.currency.as_str())];
    decision.events.push(events::with(
        "appointment.deposit_refunded",
        "The deposit is paid back.",
        &attributes,
    ));
    Ok(Decision { paid: left, ..decision })
}

/// Passes unless a deposit is due and neither staff nor Slotledger itself goes on without it.
pub(crate) fn check_paid(case: &Case<'_>) -> Result<(), Finding> {
    let due = match case.snapshot.actor {
        Actor::Customer | Actor::Provider => is_due(case)?,
        Actor::Staff | Actor::System => false,
    };
    if due { Err(findings::deposit_due()) } else { Ok(()) }
}

/// Passes unless a hold would be booked without its deposit.
pub(crate) fn check_hold_paid(case: &Case<'_>) -> Result<(), Finding> {
    if case.appointment.status == Status::Open { check_paid(case) } else { Ok(()) }
}

/// What a new price asks for in advance beyond what was paid, where it asks for more than the price agreed before.
///
/// A deposit that staff went without is not asked for again by a move that leaves it as it is.
pub(crate) fn rise(case: &Case<'_>, quote: &Quote) -> Result<Option<Number>, Finding> {
    let read = |amount| money::read(amount).ok_or_else(findings::price_unusable);
    let (before, paid) = (read(case.appointment.quote.deposit)?, read(case.appointment.paid)?);
    let deposit = read(quote.deposit)?;
    if deposit <= before.max(paid) {
        return Ok(None);
    }
    deposit.checked_sub(paid).map(Some).ok_or_else(findings::amount_too_large)
}

/// Passes unless a new price asks for more in advance and neither staff nor Slotledger itself goes on without it.
pub(crate) fn check_rise(case: &Case<'_>, quote: &Quote) -> Result<(), Finding> {
    let currency = Currency::of(&case.snapshot.company)?;
    match (rise(case, quote)?, case.snapshot.actor) {
        (None, _) | (Some(_), Actor::Staff | Actor::System) => Ok(()),
        (Some(due), Actor::Customer | Actor::Provider) => {
            Err(findings::deposit_risen(&currency.show(due), &quote.currency))
        }
    }
}

fn is_due(case: &Case<'_>) -> Result<bool, Finding> {
    let deposit = money::read(case.appointment.quote.deposit).ok_or_else(findings::price_unusable)?;
    let paid = money::read(case.appointment.paid).ok_or_else(findings::price_unusable)?;
    Ok(deposit > paid)
}

/// What an appointment costs, and what of it is there.
struct Account {
    currency: Currency,
    net: Number,
    deposit: Number,
    paid: Number,
}

impl Account {
    fn of(case: &Case<'_>) -> Result<Self, Finding> {
        let currency = Currency::of(&case.snapshot.company)?;
        let exact = |amount| currency.exact(amount).ok_or_else(findings::price_unusable);
        let (quote, paid) = (&case.appointment.quote, case.appointment.paid);
        Ok(Self { currency, net: exact(quote.net)?, deposit: exact(quote.deposit)?, paid: exact(paid)? })
    }

    /// The amount, if it is enough and not too much.
    fn accept(&self, payment: &Payment) -> Result<Number, Finding> {
        if self.deposit.is_zero() {
            return Err(findings::no_deposit());
        }
        let missing = |of: Number| of.checked_sub(self.paid).map(|rest| rest.max(Number::ZERO));
        let (Some(least), Some(most)) = (missing(self.deposit), missing(self.net)) else {
            return Err(findings::amount_too_large());
        };
        let amount = self.currency.exact(payment.amount).filter(|amount| !amount.is_zero());
        amount.filter(|amount| (least..=most).contains(amount)).ok_or_else(|| {
            let show = |amount| self.currency.show(amount);
            findings::payment_unfit(&show(least), &show(most), &payment.currency)
        })
    }

    /// What is paid, and what is still to pay, with this amount.
    fn after(&self, amount: Number) -> Result<(Number, Number), Finding> {
        let paid = self.paid.checked_add(amount).ok_or_else(findings::amount_too_large)?;
        let balance = self.net.checked_sub(paid).ok_or_else(findings::amount_too_large)?;
        Ok((paid, balance))
    }
}
