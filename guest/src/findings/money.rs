//! Findings about prices, currencies, percentages and quantities.

use super::codes::{
    AMOUNT_TOO_LARGE, COUPON_NOT_FOR_SERVICE, COUPON_NOT_VALID, COUPON_UNKNOWN, CURRENCY_CHANGED,
    CURRENCY_REFUSED, CURRENCY_UNUSABLE, DEPOSIT_DUE, DEPOSIT_RISEN, FEE_ITEM_MISSING, INVOICED_APART,
    LIST_PRICE_UNFIT, NO_DEPOSIT, NO_PRICE, NOTHING_RIPE, NOTHING_TO_TOTAL, PAYMENT_UNFIT, PERCENT_UNUSABLE,
    PRICE_UNUSABLE, QUANTITY_UNUSABLE,
};
use super::finding;
use crate::wit::Finding;

pub(crate) fn no_price(guests: u32) -> Finding {
    finding(
        NO_PRICE,
        format!("The service has no price for {guests} guests."),
        "Add a price row that covers this number of guests.",
    )
}

pub(crate) fn amount_too_large() -> Finding {
    finding(
        AMOUNT_TOO_LARGE,
        "An amount does not fit into eighteen digits.",
        "Lower the price or the number of guests.",
    )
}

pub(crate) fn price_unusable() -> Finding {
    finding(
        PRICE_UNUSABLE,
        "A price is negative, or has more than eighteen digits behind the point.",
        "Give prices of zero or more with at most eighteen digits behind the point.",
    )
}

pub(crate) fn percent_unusable(what: &str) -> Finding {
    finding(
        PERCENT_UNUSABLE,
        format!("The {what} is not a percentage."),
        "Give a number from 0 to 100 with at most six digits behind the point.",
    )
}

pub(crate) fn currency_unusable(code: &str) -> Finding {
    finding(
        CURRENCY_UNUSABLE,
        format!("{code:?} with the digits given is no currency."),
        "Give three capitals by ISO 4217, and at most four digits behind the point.",
    )
}

pub(crate) fn currency_refused(asked: &str, company: &str) -> Finding {
    finding(
        CURRENCY_REFUSED,
        format!("The company does not book in {asked}."),
        format!("Book in {company}, or leave the currency out."),
    )
}

pub(crate) fn quantity_unusable(item: &str) -> Finding {
    finding(
        QUANTITY_UNUSABLE,
        format!("The quantity of {item} is not more than zero, or has too many digits."),
        "Give a quantity above zero, and leave out what was not used.",
    )
}

pub(crate) fn currency_changed(appointment: &str, company: &str) -> Finding {
    finding(
        CURRENCY_CHANGED,
        format!("The appointment is priced in {appointment}, and the company books in {company}."),
        "Cancel the appointment and book it again.",
    )
}

pub(crate) fn fee_item_missing() -> Finding {
    finding(FEE_ITEM_MISSING, "The company names no item for fees.", "Set the company's fee item.")
}

pub(crate) fn deposit_due() -> Finding {
    finding(DEPOSIT_DUE, "The deposit has not been paid.", "Pay the deposit; that confirms the appointment.")
}

pub(crate) fn deposit_risen(due: &str, currency: &str) -> Finding {
    finding(
        DEPOSIT_RISEN,
        format!("The deposit of the new appointment is {due} {currency} more than was paid."),
        "Keep the number of guests, or ask staff to move the appointment and take the rest.",
    )
}

pub(crate) fn nothing_ripe() -> Finding {
    finding(
        NOTHING_RIPE,
        "The appointment does not wait to be invoiced, or its period is not over.",
        "It has an invoice, or gets one by itself.",
    )
}

pub(crate) fn invoiced_apart() -> Finding {
    finding(
        INVOICED_APART,
        "The appointment cannot stand on the same invoice as the others.",
        "Invoice it by itself: its currency or the terms agreed for it are other ones.",
    )
}

pub(crate) fn no_deposit() -> Finding {
    finding(NO_DEPOSIT, "The appointment asks for nothing in advance.", "Confirm it without a payment.")
}

pub(crate) fn payment_unfit(least: &str, most: &str, currency: &str) -> Finding {
    finding(
        PAYMENT_UNFIT,
        format!("The payment is less than {least} {currency}, more than {most}, or has too many digits."),
        format!("Pay from {least} to {most} {currency}, with the digits of the currency."),
    )
}

pub(crate) fn nothing_to_total() -> Finding {
    finding(NOTHING_TO_TOTAL, "No price is named.", "Name the price of one appointment at least.")
}

pub(crate) fn coupon_unknown(code: &str) -> Finding {
    finding(
        COUPON_UNKNOWN,
        format!("The company has no coupon {code:?}."),
        "Look at how the coupon is spelt, or leave it out.",
    )
}

pub(crate) fn coupon_not_valid(code: &str, begun: bool) -> Finding {
    let when = if begun { "not any more" } else { "not yet" };
    finding(
        COUPON_NOT_VALID,
        format!("The coupon {code} is accepted at other times, {when}."),
        "Leave the coupon out, or name another one.",
    )
}

pub(crate) fn coupon_not_for_service(code: &str, service: &str) -> Finding {
    finding(
        COUPON_NOT_FOR_SERVICE,
        format!("The coupon {code} is not accepted for {service}."),
        "Leave the coupon out, or book a service that it is meant for.",
    )
}

pub(crate) fn list_price_unfit(row: &str) -> Finding {
    finding(
        LIST_PRICE_UNFIT,
        format!("The list price of {row:?} is below its price, or is no price."),
        "Raise the list price, or leave it out.",
    )
}
