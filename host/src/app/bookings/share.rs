//! One payment for several appointments.
//!
//! Invariant: the shares add up to the payment to the smallest unit of the currency. Each covers what its appointment
//! asks for in advance, and none is more than its appointment costs.

use rust_decimal::{Decimal, RoundingStrategy};

/// What an appointment can take of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    /// What is missing of its deposit.
    pub(super) least: Decimal,
    /// What is missing of its price.
    pub(super) most: Decimal,
}

/// Divides a payment, in the order of the bounds: to each what it has to have, and of the rest a part in proportion to
/// what it can still take, rounded down to so many `digits`; what rounding leaves goes to the last, as far as it fits.
///
/// None if the amount is less than all deposits or more than all prices.
pub(super) fn shares(amount: Decimal, bounds: &[Bounds], digits: u32) -> Option<Vec<Decimal>> {
    let least: Decimal = bounds.iter().map(|one| one.least).sum();
    let most: Decimal = bounds.iter().map(|one| one.most).sum();
    if amount < least || amount > most {
        return None;
    }
    let (extra, room) = (amount - least, most - least);
    let part = |one: &Bounds| {
        let exact = if room.is_zero() { Decimal::ZERO } else { extra * (one.most - one.least) / room };
        one.least + exact.round_dp_with_strategy(digits, RoundingStrategy::ToZero)
    };
    let mut shares: Vec<Decimal> = bounds.iter().map(part).collect();
    let mut rest = amount - shares.iter().sum::<Decimal>();
    for (share, one) in shares.iter_mut().zip(bounds).rev() {
        let more = rest.min(one.most - *share);
        *share += more;
        rest -= more;
    }
    Some(shares)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bounds(all: &[(i64, i64)]) -> Vec<Bounds> {
        let cents = |cents| Decimal::new(cents, 2);
        all.iter().map(|(least, most)| Bounds { least: cents(*least), most: cents(*most) }).collect()
    }

    #[test]
    fn the_last_takes_what_rounding_leaves() {
        let shares = shares(Decimal::new(100, 2), &bounds(&[(0, 1000), (0, 1000), (0, 1000)]), 2);
        assert_eq!(shares, Some(vec![Decimal::new(33, 2), Decimal::new(33, 2), Decimal::new(34, 2)]));
    }

    #[test]
    fn less_than_the_deposits_or_more_than_the_prices_is_not_divided() {
        let bounds = bounds(&[(300, 1000), (200, 500)]);
        assert_eq!(shares(Decimal::new(499, 2), &bounds, 2), None);
        assert_eq!(shares(Decimal::new(1501, 2), &bounds, 2), None);
        let exactly = vec![Decimal::new(300, 2), Decimal::new(200, 2)];
        assert_eq!(shares(Decimal::new(500, 2), &bounds, 2), Some(exactly));
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_every_bound_is_kept(
            all in proptest::collection::vec((0_i64..10_000, 0_i64..100_000), 1..20),
            permille in 0_i64..=1000,
        ) {
            let all: Vec<_> = all.into_iter().map(|(least, more)| (least, least + more)).collect();
            let least: i64 = all.iter().map(|one| one.0).sum();
            let most: i64 = all.iter().map(|one| one.1).sum();
            let amount = Decimal::new(least + (most - least) * permille / 1000, 2);
            let bounds = bounds(&all);
            let shares = shares(amount, &bounds, 2).expect("within the bounds");
            prop_assert_eq!(shares.iter().sum::<Decimal>(), amount);
            for (share, one) in shares.iter().zip(&bounds) {
                prop_assert!(*share >= one.least && *share <= one.most && share.scale() <= 2);
            }
        }
    }
}
