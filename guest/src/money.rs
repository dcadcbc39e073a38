//! Exact decimals: in from the contract, out to it, and the one place where anything is rounded.
//!
//! Invariant: nothing but [`Currency::round`] rounds, half away from zero to the currency's digits, and
//! [`Currency::down`], which leaves out what is finer. The bounds that
//! reading enforces keep every product within the 96 bits of a `Decimal`, so that none is cut short on the way: a
//! price has 63 bits and a number of guests 32; an amount 63 and a percentage 27.

use rust_decimal::{Decimal as Number, RoundingStrategy};

use crate::findings;
use crate::wit::{Company, Decimal, Finding};

/// What the contract allows behind the point.
const MAX_SCALE: u8 = 18;

/// ISO 4217 knows no currency with more digits behind the point.
const MAX_CURRENCY_DIGITS: u8 = 4;

/// How exact a percentage may be; see the bound above.
const MAX_PERCENT_SCALE: u32 = 6;

/// Reads a decimal of the contract; none if it has more digits behind the point than allowed.
pub(crate) fn read(decimal: Decimal) -> Option<Number> {
    if decimal.scale > MAX_SCALE {
        return None;
    }
    Number::try_new(decimal.units, u32::from(decimal.scale)).ok()
}

/// A whole number as a decimal of the contract.
pub(crate) const fn whole(units: u32) -> Decimal {
    Decimal { units: units as i64, scale: 0 }
}

/// Nothing, with so many digits behind the point.
pub(crate) const fn nothing(like: Decimal) -> Decimal {
    Decimal { units: 0, scale: like.scale }
}

/// A percentage between 0 and 100.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Percent(Number);

impl Percent {
    /// Reads a percentage; `what` it is of stands in the finding.
    pub(crate) fn read(decimal: Decimal, what: &str) -> Result<Self, Finding> {
        read(decimal)
            .map(|number| number.normalize())
            .filter(|number| !number.is_sign_negative() && *number <= Number::ONE_HUNDRED)
            .filter(|number| number.scale() <= MAX_PERCENT_SCALE)
            .map(Self)
            .ok_or_else(|| findings::percent_unusable(what))
    }
}

/// A currency, as far as arithmetic is concerned.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Currency {
    digits: u8,
}

impl Currency {
    /// The company's currency, if its code and its digits make sense.
    pub(crate) fn of(company: &Company) -> Result<Self, Finding> {
        let code_is_sane =
            company.currency.len() == 3 && company.currency.bytes().all(|c| c.is_ascii_uppercase());
        if !code_is_sane || company.currency_digits > MAX_CURRENCY_DIGITS {
            return Err(findings::currency_unusable(&company.currency));
        }
        Ok(Self { digits: company.currency_digits })
    }

    /// The price of `count` at `unit_price` each, rounded.
    pub(crate) fn amount(self, unit_price: Decimal, count: u32) -> Result<Number, Finding> {
        let price = read(unit_price).filter(|price| !price.is_sign_negative() || price.is_zero());
        let price = price.ok_or_else(findings::price_unusable)?;
        let product = price.checked_mul(Number::from(count)).ok_or_else(findings::amount_too_large)?;
        Ok(self.round(product))
    }

    /// So many percent of an amount, rounded.
    pub(crate) fn share(self, amount: Decimal, percent: Percent) -> Result<Decimal, Finding> {
        let amount = read(amount).ok_or_else(findings::price_unusable)?;
        let product = amount.checked_mul(percent.0).ok_or_else(findings::amount_too_large)?;
        let hundredth = shift_point(product).ok_or_else(findings::amount_too_large)?;
        self.write(self.round(hundredth))
    }

    /// An amount of zero or more that needs no rounding; none if it is less or finer than the currency.
    pub(crate) fn exact(self, amount: Decimal) -> Option<Number> {
        let amount = read(amount)?.normalize();
        let sane = !amount.is_sign_negative() && amount.scale() <= u32::from(self.digits);
        sane.then_some(amount)
    }

    /// An amount as people read it, with the currency's digits behind the point.
    pub(crate) fn show(self, amount: Number) -> String {
        let mut shown = amount;
        shown.rescale(u32::from(self.digits));
        shown.to_string()
    }

    /// The sum of rounded amounts.
    pub(crate) fn sum(amounts: impl IntoIterator<Item = Number>) -> Result<Number, Finding> {
        let mut amounts = amounts.into_iter();
        amounts
            .try_fold(Number::ZERO, |sum, amount| sum.checked_add(amount))
            .ok_or_else(findings::amount_too_large)
    }

    /// An amount for the contract, with exactly the currency's digits behind the point.
    pub(crate) fn write(self, amount: Number) -> Result<Decimal, Finding> {
        let missing = u32::from(self.digits).checked_sub(amount.scale());
        missing
            .and_then(|digits| amount.mantissa().checked_mul(10_i128.pow(digits)))
            .and_then(|units| i64::try_from(units).ok())
            .map(|units| Decimal { units, scale: self.digits })
            .ok_or_else(findings::amount_too_large)
    }

    /// An amount without what is finer than the currency, for parts of which the last takes the rest.
    pub(crate) fn down(self, amount: Number) -> Number {
        amount.round_dp_with_strategy(u32::from(self.digits), RoundingStrategy::ToZero)
    }

    fn round(self, amount: Number) -> Number {
        amount.round_dp_with_strategy(u32::from(self.digits), RoundingStrategy::MidpointAwayFromZero)
    }
}

/// A hundredth of a number. Moving the point is exact where dividing might not be.
fn shift_point(number: Number) -> Option<Number> {
    Number::try_from_i128_with_scale(number.mantissa(), number.scale() + 2).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `units` × 10^-`scale` with `digits` behind the point, half away from zero, in whole numbers only.
    fn rounded(units: i128, scale: u32, digits: u32) -> i128 {
        if scale <= digits {
            return units * 10_i128.pow(digits - scale);
        }
        let unit = 10_i128.pow(scale - digits);
        let (whole, rest) = (units / unit, units % unit);
        if rest.abs() * 2 >= unit { whole + units.signum() } else { whole }
    }

    proptest! {
        #[test]
        fn an_amount_is_exact(units in 0i64.., scale in 0u8..=18, count: u32, digits in 0u8..=4) {
            let exact = rounded(i128::from(units) * i128::from(count), u32::from(scale), u32::from(digits));
            let currency = Currency { digits };
            let amount = currency.amount(Decimal { units, scale }, count).and_then(|amount| currency.write(amount));
            match i64::try_from(exact) {
                Ok(units) => prop_assert_eq!(amount, Ok(Decimal { units, scale: digits })),
                Err(_) => prop_assert_eq!(amount.expect_err("refused").code, findings::AMOUNT_TOO_LARGE),
            }
        }

        #[test]
        fn a_share_is_exact(units in 0i64.., scale in 0u8..=4, percent in 0i64..=100_000_000, digits in 0u8..=4) {
            let share = Percent::read(Decimal { units: percent, scale: 6 }, "deposit").expect("a percentage");
            let exact =
                rounded(i128::from(units) * i128::from(percent), u32::from(scale) + 8, u32::from(digits));
            let amount = Currency { digits }.share(Decimal { units, scale }, share);
            match i64::try_from(exact) {
                Ok(units) => prop_assert_eq!(amount, Ok(Decimal { units, scale: digits })),
                Err(_) => prop_assert_eq!(amount.expect_err("refused").code, findings::AMOUNT_TOO_LARGE),
            }
        }
    }

    #[test]
    fn halves_go_away_from_zero() {
        let currency = Currency { digits: 2 };
        for (units, cents) in [(1_004, 100), (1_005, 101), (1_015, 102), (1_014, 101)] {
            let amount =
                currency.amount(Decimal { units, scale: 3 }, 1).and_then(|amount| currency.write(amount));
            assert_eq!(amount, Ok(Decimal { units: cents, scale: 2 }));
        }
    }

    #[test]
    fn nonsense_is_refused() {
        let currency = Currency { digits: 2 };
        for price in [Decimal { units: -1, scale: 2 }, Decimal { units: 1, scale: 255 }] {
            assert_eq!(currency.amount(price, 1).expect_err("refused").code, findings::PRICE_UNUSABLE);
        }
        for percent in [(-1, 0), (101, 0), (1, 7), (1, 255), (i64::MIN, 0)] {
            let percent = Decimal { units: percent.0, scale: percent.1 };
            assert_eq!(
                Percent::read(percent, "deposit").expect_err("refused").code,
                findings::PERCENT_UNUSABLE
            );
        }
    }
}
