//! What a service costs for so many guests.
//!
//! Invariant: the net amount is the sum of the lines' rounded amounts, so that what a customer adds up is what is
//! asked. Deliberately absent: tax, which is the books' business.

use crate::money::{self, Currency, Percent};
use crate::wit::{Company, Decimal, Finding, PriceBasis, PriceRow, Quote, QuoteLine, Service, Snapshot};
use crate::{coupons, findings};

/// What the service costs for so many guests, with the coupon that is named.
///
/// # Errors
/// Every rule that the number of guests, the price list, the coupon or the deposit breaks.
pub fn price(snapshot: &Snapshot, guests: u32, coupon: Option<&str>) -> Result<Quote, Vec<Finding>> {
    let mut broken = Vec::new();
    check_guests(&snapshot.service, guests, &mut broken);
    match quote(snapshot, guests, coupon) {
        Ok(quote) if broken.is_empty() => Ok(quote),
        Ok(_) => Err(broken),
        Err(finding) => {
            broken.push(finding);
            Err(broken)
        }
    }
}

/// What several appointments cost together: all their lines in order, one net amount, one deposit.
///
/// # Errors
/// Every rule that the company's currency, the quotes' currencies or their amounts break; that there is no quote.
pub fn total(snapshot: &Snapshot, quotes: &[Quote]) -> Result<Quote, Vec<Finding>> {
    let company = &snapshot.company;
    let foreign = quotes.iter().find(|quote| quote.currency != company.currency);
    let mut broken: Vec<Finding> = foreign
        .map(|quote| findings::currency_changed(&quote.currency, &company.currency))
        .into_iter()
        .collect();
    broken.extend(quotes.is_empty().then(findings::nothing_to_total));
    let sums = sums(company, quotes).map_err(|finding| broken.push(finding));
    match sums {
        Ok((net, deposit)) if broken.is_empty() => {
            let lines = quotes.iter().flat_map(|quote| &quote.lines).cloned().collect();
            Ok(Quote { currency: company.currency.clone(), lines, net, deposit, coupon: None })
        }
        Ok(_) | Err(()) => Err(broken),
    }
}

/// The net amounts together, and the deposits together.
fn sums(company: &Company, quotes: &[Quote]) -> Result<(Decimal, Decimal), Finding> {
    let currency = Currency::of(company)?;
    let sum = |part: fn(&Quote) -> Decimal| {
        let amounts: Result<Vec<_>, Finding> = quotes
            .iter()
            .map(|quote| currency.exact(part(quote)).ok_or_else(findings::price_unusable))
            .collect();
        currency.write(Currency::sum(amounts?)?)
    };
    Ok((sum(|quote| quote.net)?, sum(|quote| quote.deposit)?))
}

/// Adds a finding if the service is not for so many guests.
pub(crate) fn check_guests(service: &Service, guests: u32, broken: &mut Vec<Finding>) {
    if guests < service.min_guests {
        broken.push(findings::too_few_guests(service.min_guests));
    }
    if guests > service.max_guests {
        broken.push(findings::too_many_guests(service.max_guests));
    }
}

/// The quote, whatever the limits on guests say.
pub(crate) fn quote(snapshot: &Snapshot, guests: u32, coupon: Option<&str>) -> Result<Quote, Finding> {
    let currency = Currency::of(&snapshot.company)?;
    let deposit = Percent::read(snapshot.service.deposit_percent, "deposit")?;
    let mut lines = Vec::new();
    let mut amounts = Vec::new();
    for row in snapshot.service.prices.iter().filter(|row| covers(row, guests)) {
        let count = match row.basis {
            PriceBasis::PerBooking => 1,
            PriceBasis::PerGuest => guests,
        };
        let amount = currency.amount(row.unit_price, count)?;
        amounts.push(amount);
        lines.push(QuoteLine {
            description: row.description.clone(),
            item: row.item.as_ref().unwrap_or(&snapshot.service.item).clone(),
            quantity: money::whole(count),
            unit_price: row.unit_price,
            list_price: discounted_from(row)?,
            amount: currency.write(amount)?,
        });
    }
    if lines.is_empty() {
        return Err(findings::no_price(guests));
    }
    let mut net = Currency::sum(amounts)?;
    let coupon = coupon.map(|code| coupons::find(snapshot, code)).transpose()?;
    if let Some(coupon) = coupon {
        let off = coupons::value(coupon, currency, net)?;
        lines.push(coupons::line(coupon, currency, off)?);
        net = net.checked_sub(off).ok_or_else(findings::amount_too_large)?;
    }
    let net = currency.write(net)?;
    let deposit = currency.share(net, deposit)?;
    let coupon = coupon.map(|coupon| coupon.code.clone());
    Ok(Quote { currency: snapshot.company.currency.clone(), lines, net, deposit, coupon })
}

/// What one costs without the discount, which is no less than with it.
fn discounted_from(row: &PriceRow) -> Result<Option<Decimal>, Finding> {
    let Some(list_price) = row.list_price else { return Ok(None) };
    match (money::read(list_price), money::read(row.unit_price)) {
        (Some(list), Some(price)) if list >= price => Ok((list > price).then_some(list_price)),
        _ => Err(findings::list_price_unfit(&row.description)),
    }
}

fn covers(row: &PriceRow, guests: u32) -> bool {
    guests >= row.from_guests && row.to_guests.is_none_or(|most| guests <= most)
}
