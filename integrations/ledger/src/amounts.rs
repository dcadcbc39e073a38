//! Exact amounts as integers, and the only place where the books round.
//!
//! Invariant: money is an integer of the currency's smallest coin, quantities and prices are integers of a millionth;
//! what does not fit exactly is refused, never cut. A product is rounded once, half away from zero.

use rust_decimal::Decimal;
use slotledger_erp::Reason;

use crate::Error;

/// Decimal places of quantities, unit prices and percentages.
pub(crate) const FINE_DIGITS: u32 = 6;

/// One, in millionths.
const FINE: i128 = 1_000_000;

/// So that the sum of half a million of the largest documents still fits 64 bits.
const MAX_COINS: i64 = 10_i64.pow(13);

/// A thousand million of anything, in millionths.
const MAX_FINE: i64 = 10_i64.pow(15);

/// A currency and its smallest coin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Currency {
    pub(crate) code: String,
    pub(crate) digits: u32,
}

impl Currency {
    /// An amount in smallest coins.
    pub(crate) fn coins(&self, what: &str, amount: Decimal) -> Result<i64, Error> {
        scaled(amount, self.digits, MAX_COINS).ok_or_else(|| {
            Error::refused(
                Reason::Unsupported,
                format!("{what} {amount} cannot be written in {} with {} decimals", self.code, self.digits),
                "Round the amount to the currency before it is posted.",
            )
        })
    }

    /// Smallest coins as an amount.
    pub(crate) fn amount(&self, coins: i64) -> Decimal {
        Decimal::new(coins, self.digits)
    }

    /// `quantity` × `price`, both in millionths, in coins.
    pub(crate) fn line(&self, quantity: i64, price: i64) -> Result<i64, Error> {
        let divisor = FINE * FINE / 10_i128.pow(self.digits);
        self.bounded(rounded(i128::from(quantity) * i128::from(price), divisor))
    }

    /// `percent` (in millionths) of `coins`.
    pub(crate) fn percent(&self, coins: i64, percent: i64) -> Result<i64, Error> {
        self.bounded(rounded(i128::from(coins) * i128::from(percent), 100 * FINE))
    }

    /// The sum of amounts.
    pub(crate) fn sum(&self, amounts: impl IntoIterator<Item = i64>) -> Result<i64, Error> {
        self.bounded(amounts.into_iter().map(i128::from).sum())
    }

    fn bounded(&self, coins: i128) -> Result<i64, Error> {
        let fits = i64::try_from(coins).ok().filter(|coins| coins.abs() <= MAX_COINS);
        fits.ok_or_else(|| {
            Error::refused(
                Reason::Unsupported,
                format!("an amount is above {} {}", self.amount(MAX_COINS), self.code),
                "Correct the quantity or the price.",
            )
        })
    }
}

/// A quantity in millionths; positive.
pub(crate) fn quantity(value: Decimal) -> Result<i64, Error> {
    fine("quantity", value).and_then(|quantity| {
        let refusal = || {
            Error::refused(
                Reason::Other,
                format!("quantity {value} is not positive"),
                "Correct the quantity.",
            )
        };
        (quantity > 0).then_some(quantity).ok_or_else(refusal)
    })
}

/// A price or a percentage in millionths.
pub(crate) fn fine(what: &str, value: Decimal) -> Result<i64, Error> {
    scaled(value, FINE_DIGITS, MAX_FINE).ok_or_else(|| {
        Error::refused(
            Reason::Unsupported,
            format!("{what} {value} has more than {FINE_DIGITS} decimals, or is too large"),
            format!("Correct the {what}."),
        )
    })
}

/// Millionths as a decimal, without the zeros at its end.
pub(crate) fn from_fine(value: i64) -> Decimal {
    Decimal::new(value, FINE_DIGITS).normalize()
}

/// `part` of `whole`'s value: what some of a stock is worth at its average cost. All of it is worth all of it.
pub(crate) fn share(value: i64, part: i64, whole: i64) -> Result<i64, Error> {
    if whole == 0 {
        return Ok(0);
    }
    let share = rounded(i128::from(value) * i128::from(part), i128::from(whole));
    i64::try_from(share).map_err(|_| Error::Damaged("a stock's value does not fit".into()))
}

fn scaled(value: Decimal, digits: u32, limit: i64) -> Option<i64> {
    let value = value.normalize();
    let missing = digits.checked_sub(value.scale())?;
    let factor = 10_i128.checked_pow(missing)?;
    let scaled = i64::try_from(value.mantissa().checked_mul(factor)?).ok()?;
    (scaled.abs() <= limit).then_some(scaled)
}

/// The quotient, rounded half away from zero; the divisor is positive.
fn rounded(dividend: i128, divisor: i128) -> i128 {
    let half = if dividend < 0 { -(divisor / 2) } else { divisor / 2 };
    (dividend + half) / divisor
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_decimal::RoundingStrategy;

    use super::*;

    fn euro() -> Currency {
        Currency { code: "EUR".into(), digits: 2 }
    }

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn halves_go_away_from_zero() {
        for (dividend, divisor, quotient) in
            [(5, 2, 3), (-5, 2, -3), (4, 3, 1), (5, 3, 2), (-4, 3, -1), (0, 7, 0)]
        {
            assert_eq!(rounded(dividend, divisor), quotient, "{dividend} / {divisor}");
        }
    }

    #[test]
    fn what_does_not_fit_exactly_is_refused() {
        assert_eq!(euro().coins("amount", decimal("12.3400")).unwrap(), 1234);
        for text in ["0.001", "100000000000.01", "79228162514264337593543950335"] {
            assert!(euro().coins("amount", decimal(text)).is_err(), "{text}");
        }
        for text in ["0", "-1", "0.0000001", "1000000000.1"] {
            assert!(quantity(decimal(text)).is_err(), "{text}");
        }
    }

    #[test]
    fn thirds_and_thousandths_are_exact() {
        let line =
            |q: &str, p: &str| euro().line(quantity(decimal(q)).unwrap(), fine("price", decimal(p)).unwrap());
        assert_eq!(line("3", "33.33").unwrap(), 9999);
        assert_eq!(line("0.333", "33.33").unwrap(), 1110);
        assert_eq!(line("0.5", "0.01").unwrap(), 1);
        assert_eq!(line("0.5", "-0.01").unwrap(), -1);
        assert!(line("1000000000", "1000000000").is_err());
    }

    proptest! {
        #[test]
        fn lines_round_as_decimals_do(quantity in 1_i64..10_i64.pow(10), price in -10_i64.pow(10)..10_i64.pow(10)) {
            let exact = from_fine(quantity) * from_fine(price);
            let expected = exact.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
            prop_assert_eq!(euro().amount(euro().line(quantity, price).unwrap()), expected);
        }

        #[test]
        fn shares_add_up_to_the_whole(value in 0..MAX_COINS, first in 1_i64..MAX_FINE, second in 1_i64..MAX_FINE) {
            let whole = first + second;
            let part = share(value, first, whole).unwrap();
            prop_assert!((0..=value).contains(&part));
            prop_assert_eq!(share(value, whole, whole).unwrap(), value);
        }
    }
}
