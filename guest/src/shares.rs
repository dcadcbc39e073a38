//! One payment for several appointments.
//!
//! Invariant: the shares add up to the payment to the smallest unit of the currency. Each covers what its appointment
//! asks for in advance, and none is more than its appointment costs. Deliberately absent: whether a payment is taken
//! for an appointment at all; that is decided when its share is paid (`lifecycle/deposit.rs`).

use rust_decimal::Decimal as Number;

use crate::findings;
use crate::money::Currency;
use crate::wit::{Appointment, Decimal, Finding, Payment, Snapshot};

/// What an appointment can take of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bounds {
    /// What is missing of its deposit.
    least: Number,
    /// What is missing of its price.
    most: Number,
}

/// For each appointment what of the payment is for it. Those whose deposit is due take part; the others do not, unless
/// nobody's is: then all do.
pub fn share(
    snapshot: &Snapshot,
    payment: &Payment,
    appointments: &[Appointment],
) -> Result<Vec<Option<Decimal>>, Finding> {
    let currency = Currency::of(&snapshot.company)?;
    let mut all = Vec::with_capacity(appointments.len());
    for appointment in appointments {
        if appointment.quote.currency != payment.currency {
            return Err(findings::currency_refused(&payment.currency, &appointment.quote.currency));
        }
        all.push(missing(currency, appointment)?);
    }
    let somebody_is_due = all.iter().any(|one| !one.least.is_zero());
    let takes_part = |one: &Bounds| !somebody_is_due || !one.least.is_zero();
    let payers: Vec<Bounds> = all.iter().copied().filter(takes_part).collect();
    let mut shares = divided(currency, payment, &payers)?.into_iter();
    all.iter()
        .map(|one| {
            let share = if takes_part(one) { shares.next() } else { None };
            share.map(|amount| currency.write(amount)).transpose()
        })
        .collect()
}

/// What is missing of an appointment's deposit and of its price.
fn missing(currency: Currency, appointment: &Appointment) -> Result<Bounds, Finding> {
    let exact = |amount| currency.exact(amount).ok_or_else(findings::price_unusable);
    let (quote, paid) = (&appointment.quote, exact(appointment.paid)?);
    let rest = |of: Number| of.checked_sub(paid).ok_or_else(findings::amount_too_large);
    let (least, most) = (rest(exact(quote.deposit)?)?, rest(exact(quote.net)?)?.max(Number::ZERO));
    Ok(Bounds { least: least.clamp(Number::ZERO, most), most })
}

/// The payment in parts, in the order of the bounds: to each what it has to have, and of the rest a part in proportion
/// to what it can still take, rounded down; what rounding leaves goes to the last, as far as it fits.
fn divided(currency: Currency, payment: &Payment, bounds: &[Bounds]) -> Result<Vec<Number>, Finding> {
    let least = Currency::sum(bounds.iter().map(|one| one.least))?;
    let most = Currency::sum(bounds.iter().map(|one| one.most))?;
    let unfit = || findings::payment_unfit(&currency.show(least), &currency.show(most), &payment.currency);
    let amount = currency.exact(payment.amount).filter(|amount| (least..=most).contains(amount));
    let amount = amount.ok_or_else(unfit)?;
    let (extra, room) = (amount - least, most - least);
    let mut shares = Vec::with_capacity(bounds.len());
    for one in bounds {
        let more = proportion(extra, one.most - one.least, room).ok_or_else(findings::amount_too_large)?;
        shares.push(one.least + currency.down(more));
    }
    let mut rest = amount - Currency::sum(shares.iter().copied())?;
    for (share, one) in shares.iter_mut().zip(bounds).rev() {
        let more = rest.min(one.most - *share);
        *share += more;
        rest -= more;
    }
    Ok(shares)
}

/// As much of the amount as the part is of the whole; none where it cannot be told.
fn proportion(amount: Number, part: Number, whole: Number) -> Option<Number> {
    if whole.is_zero() {
        return Some(Number::ZERO);
    }
    amount.checked_mul(part)?.checked_div(whole)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop, prop_assert, prop_assert_eq, proptest};

    use super::*;
    use crate::fixtures::{appointment, decimal, snapshot};
    use crate::wit::Status;

    /// A held appointment that costs and asks for so much in advance, and for which so much was paid, cents.
    fn held((deposit, net, paid): (i64, i64, i64)) -> Appointment {
        let mut held = appointment(Status::Open);
        held.quote.deposit = decimal(deposit, 2);
        held.quote.net = decimal(net, 2);
        held.paid = decimal(paid, 2);
        held
    }

    fn payment(cents: i64) -> Payment {
        let (currency, reference) = ("EUR".to_owned(), "TRANSFER-1".to_owned());
        Payment { amount: decimal(cents, 2), currency, reference, method: None }
    }

    fn shares(cents: i64, all: &[(i64, i64, i64)]) -> Result<Vec<Option<i64>>, String> {
        let all: Vec<Appointment> = all.iter().copied().map(held).collect();
        let shares = share(&snapshot(), &payment(cents), &all).map_err(|finding| finding.code)?;
        Ok(shares.into_iter().map(|one| one.map(|one| one.units)).collect())
    }

    #[test]
    fn the_last_takes_what_rounding_leaves() {
        let thirds = shares(100, &[(0, 1000, 0), (0, 1000, 0), (0, 1000, 0)]);
        assert_eq!(thirds, Ok(vec![Some(33), Some(33), Some(34)]));
    }

    #[test]
    fn whoever_owes_no_deposit_takes_no_part_while_others_do() {
        assert_eq!(
            shares(400, &[(300, 1000, 0), (0, 500, 0), (100, 100, 100)]),
            Ok(vec![Some(400), None, None])
        );
        assert_eq!(shares(600, &[(300, 1000, 300), (0, 500, 0)]), Ok(vec![Some(350), Some(250)]));
    }

    #[test]
    fn less_than_the_deposits_or_more_than_the_prices_is_not_divided() {
        let all = [(300, 1000, 0), (200, 500, 0)];
        assert_eq!(shares(499, &all), Err("SL0258".to_owned()));
        assert_eq!(shares(1501, &all), Err("SL0258".to_owned()));
        assert_eq!(shares(500, &all), Ok(vec![Some(300), Some(200)]));
    }

    #[test]
    fn another_currency_or_a_finer_amount_is_refused() {
        let all = [held((300, 1000, 0))];
        let code = |payment: Payment| share(&snapshot(), &payment, &all).map_err(|finding| finding.code);
        let foreign = Payment { currency: "USD".to_owned(), ..payment(300) };
        assert_eq!(code(foreign), Err("SL0234".to_owned()));
        let fine = Payment { amount: decimal(300_001, 5), ..payment(0) };
        assert_eq!(code(fine), Err("SL0258".to_owned()));
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_every_bound_is_kept(
            all in prop::collection::vec((1_i64..10_000, 0_i64..100_000), 1..20),
            permille in 0_i64..=1000,
        ) {
            let all: Vec<_> = all.into_iter().map(|(least, more)| (least, least + more, 0)).collect();
            let least: i64 = all.iter().map(|one| one.0).sum();
            let most: i64 = all.iter().map(|one| one.1).sum();
            let amount = least + (most - least) * permille / 1000;
            let shares = shares(amount, &all).expect("within the bounds");
            prop_assert_eq!(shares.iter().flatten().sum::<i64>(), amount);
            for (share, one) in shares.into_iter().zip(&all) {
                let share = share.expect("each is due");
                prop_assert!(share >= one.0 && share <= one.1);
            }
        }

        #[test]
        fn any_amounts_are_answered(amount in any::<i64>(), deposit in any::<i64>(), net in any::<i64>(), paid in any::<i64>()) {
            let _answered = shares(amount, &[(deposit, net, paid), (0, net, 0)]);
        }
    }
}
