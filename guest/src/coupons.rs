//! Coupons: whether one is accepted, and what it takes off.
//!
//! Invariant: a coupon takes off no more than the price, as a line of its own, so that the prices agreed stand on the
//! documents beside it.

use rust_decimal::Decimal as Number;

use crate::findings;
use crate::money::{self, Currency, Percent};
use crate::wit::{Coupon, CouponValue, Finding, QuoteLine, Snapshot};

/// The company's coupon of this code, if it is accepted for the service at this moment.
pub(crate) fn find<'a>(snapshot: &'a Snapshot, code: &str) -> Result<&'a Coupon, Finding> {
    let code = code.trim();
    let coupon = snapshot.company.coupons.iter().find(|coupon| coupon.code.eq_ignore_ascii_case(code));
    let coupon = coupon.ok_or_else(|| findings::coupon_unknown(code))?;
    let begun = coupon.valid_from.is_none_or(|from| snapshot.now >= from);
    let over = coupon.valid_until.is_some_and(|until| snapshot.now >= until);
    if !begun || over {
        return Err(findings::coupon_not_valid(&coupon.code, begun));
    }
    if !coupon.services.is_empty() && !coupon.services.contains(&snapshot.service.id) {
        return Err(findings::coupon_not_for_service(&coupon.code, &snapshot.service.name));
    }
    Ok(coupon)
}

/// What it takes off a price, rounded.
pub(crate) fn value(coupon: &Coupon, currency: Currency, price: Number) -> Result<Number, Finding> {
    let off = match coupon.value {
        CouponValue::Amount(amount) => currency.amount(amount, 1)?,
        CouponValue::Percent(percent) => {
            let share = currency.share(currency.write(price)?, Percent::read(percent, "coupon")?)?;
            money::read(share).ok_or_else(findings::price_unusable)?
        }
    };
    Ok(off.min(price))
}

/// The line that takes it off.
pub(crate) fn line(coupon: &Coupon, currency: Currency, off: Number) -> Result<QuoteLine, Finding> {
    let amount = currency.write(-off)?;
    Ok(QuoteLine {
        description: format!("Coupon {}", coupon.code),
        item: coupon.item.clone(),
        quantity: money::whole(1),
        unit_price: amount,
        list_price: None,
        amount,
    })
}
