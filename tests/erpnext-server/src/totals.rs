//! Amounts, taxes and discounts of orders and invoices.
//!
//! Invariant: whatever totals were sent are overwritten. A tax is taken on the total and rounded once, half to even.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::{
    refusal::Refusal,
    store::Store,
    values::{Doc, fine, flag, money, num, put_rows, quantity, set, take_rows, text},
};

/// By how many of the smallest unit an inclusive total may be put right.
const TOLERANCE: i64 = 5;

/// Reckons a document whose rows have their rates.
pub(crate) fn reckon(store: &Store, doc: &mut Doc) -> Result<(), Refusal> {
    let rate = num(doc, "conversion_rate");
    let mut items = take_rows(doc, "items");
    let mut taxes = take_rows(doc, "taxes");
    rows_amounts(&mut items, rate);
    let total: Decimal = items.iter().map(|item| num(item, "amount")).sum();
    set(doc, "total_qty", items.iter().map(|item| num(item, "qty")).sum());
    set(doc, "total", total);
    set(doc, "base_total", items.iter().map(|item| num(item, "base_amount")).sum());
    let share = inclusive_share(&taxes);
    let mut nets: Vec<Decimal> =
        items.iter().map(|item| money(num(item, "amount") / (Decimal::ONE + share))).collect();
    let before = apply_taxes(&mut taxes, &nets, "tax_amount");
    let before = inclusive_end(before, total, share);
    let discount = discount(doc, nets.iter().sum(), before)?;
    let base = if text(doc, "apply_discount_on") == "Net Total" { nets.iter().sum() } else { before };
    distribute(&mut items, &mut nets, discount, base);
    let after = apply_taxes(&mut taxes, &nets, "tax_amount_after_discount_amount");
    let grand = match (discount.is_zero(), text(doc, "apply_discount_on") == "Net Total") {
        (true, _) => before,
        (false, true) => after,
        (false, false) => before - discount,
    };
    if text(doc, "apply_discount_on") == "Net Total" {
        for tax in &mut taxes {
            let amount = num(tax, "tax_amount_after_discount_amount");
            set(tax, "tax_amount", amount);
        }
    }
    net_rows(&mut items, &nets, rate);
    finish(store, doc, &items, &mut taxes, grand, rate);
    put_rows(doc, "items", items);
    put_rows(doc, "taxes", taxes);
    Ok(())
}

fn rows_amounts(items: &mut [Doc], rate: Decimal) {
    for item in items {
        let amount = money(num(item, "rate") * num(item, "qty"));
        set(item, "amount", amount);
        let base = money(num(item, "rate") * rate);
        set(item, "base_rate", base);
        set(item, "base_amount", money(amount * rate));
        let stock = quantity(num(item, "qty") * num(item, "conversion_factor"));
        set(item, "stock_qty", stock);
    }
}

/// How much of the net amount is inside the rates already.
fn inclusive_share(taxes: &[Doc]) -> Decimal {
    let inside = taxes.iter().filter(|tax| flag(tax, "included_in_print_rate"));
    inside.map(|tax| num(tax, "rate")).sum::<Decimal>() / Decimal::ONE_HUNDRED
}

fn inclusive_end(sum: Decimal, total: Decimal, share: Decimal) -> Decimal {
    let apart = total - sum;
    match !share.is_zero() && apart.abs() <= Decimal::new(TOLERANCE, 2) {
        true => total,
        false => sum,
    }
}

/// Fills one kind of amounts in and answers with the total after the last tax.
fn apply_taxes(taxes: &mut [Doc], nets: &[Decimal], field: &str) -> Decimal {
    let net: Decimal = nets.iter().sum();
    let mut totals: Vec<(Decimal, Decimal)> = Vec::new();
    let mut running = net;
    for tax in taxes.iter_mut() {
        let rate = num(tax, "rate") / Decimal::ONE_HUNDRED;
        let before =
            text(tax, "row_id").parse::<usize>().ok().and_then(|row| totals.get(row.wrapping_sub(1)));
        let amount = match text(tax, "charge_type") {
            "Actual" => num(tax, "tax_amount"),
            "On Previous Row Total" => before.map_or(net, |(_, total)| *total) * rate,
            "On Previous Row Amount" => before.map_or(net, |(amount, _)| *amount) * rate,
            _ => net * rate,
        };
        let amount = money(amount);
        running += amount;
        totals.push((amount, running));
        set(tax, field, amount);
        if field == "tax_amount" {
            set(tax, "tax_amount_after_discount_amount", amount);
        }
        set(tax, "total", running);
    }
    running
}

fn discount(doc: &mut Doc, net: Decimal, grand: Decimal) -> Result<Decimal, Refusal> {
    let base = if text(doc, "apply_discount_on") == "Net Total" { net } else { grand };
    let percent = num(doc, "additional_discount_percentage");
    if !percent.is_zero() {
        set(doc, "discount_amount", money(base * percent / Decimal::ONE_HUNDRED));
    }
    let discount = money(num(doc, "discount_amount"));
    if discount.abs() > base.abs() {
        let text = format!(
            "Additional Discount Amount (€ {discount:.2}) cannot exceed the total before such discount (€ {base:.2})"
        );
        return Err(Refusal::validation(text).titled("Invalid Discount Amount"));
    }
    Ok(discount)
}

/// Takes the discount from the rows in proportion; the last one takes what rounding left.
fn distribute(items: &mut [Doc], nets: &mut [Decimal], discount: Decimal, base: Decimal) {
    let net: Decimal = nets.iter().sum();
    let whole = if base.is_zero() { Decimal::ZERO } else { money(discount * net / base) };
    let mut left = whole;
    let last = items.len().saturating_sub(1);
    for (at, (item, net)) in items.iter_mut().zip(nets.iter_mut()).enumerate() {
        let part = match (base.is_zero(), at == last) {
            (true, _) => Decimal::ZERO,
            (false, true) => left,
            (false, false) => money(discount * *net / base),
        };
        left -= part;
        *net -= part;
        set(item, "distributed_discount_amount", part);
    }
}

fn net_rows(items: &mut [Doc], nets: &[Decimal], rate: Decimal) {
    for (item, net) in items.iter_mut().zip(nets) {
        let qty = num(item, "qty");
        let each = if qty.is_zero() { Decimal::ZERO } else { money(*net / qty) };
        set(item, "net_amount", *net);
        set(item, "net_rate", each);
        set(item, "base_net_amount", money(*net * rate));
        set(item, "base_net_rate", money(each * rate));
    }
}

fn finish(store: &Store, doc: &mut Doc, items: &[Doc], taxes: &mut [Doc], grand: Decimal, rate: Decimal) {
    for tax in taxes.iter_mut() {
        let (amount, after) = (num(tax, "tax_amount"), num(tax, "tax_amount_after_discount_amount"));
        set(tax, "base_tax_amount", money(amount * rate));
        set(tax, "base_tax_amount_after_discount_amount", money(after * rate));
        let total = num(tax, "total");
        set(tax, "base_total", money(total * rate));
    }
    let sum = |field: &str| items.iter().map(|item| num(item, field)).sum::<Decimal>();
    let tax_sum = |field: &str| taxes.iter().map(|tax| num(tax, field)).sum::<Decimal>();
    set(doc, "net_total", sum("net_amount"));
    set(doc, "base_net_total", sum("base_net_amount"));
    set(doc, "total_taxes_and_charges", tax_sum("tax_amount_after_discount_amount"));
    set(doc, "base_total_taxes_and_charges", tax_sum("base_tax_amount_after_discount_amount"));
    set(doc, "grand_total", grand);
    let base_grand = match rate == Decimal::ONE {
        true => grand,
        false => sum("base_net_amount") + tax_sum("base_tax_amount_after_discount_amount"),
    };
    set(doc, "base_grand_total", base_grand);
    rounded(store, doc, grand, rate);
    let eligible = items.iter().filter(|item| flag(item, "grant_commission"));
    set(doc, "amount_eligible_for_commission", eligible.map(|item| num(item, "base_net_amount")).sum());
}

fn rounded(store: &Store, doc: &mut Doc, grand: Decimal, rate: Decimal) {
    if flag(doc, "disable_rounded_total") {
        for field in ["rounded_total", "base_rounded_total", "rounding_adjustment"] {
            set(doc, field, Decimal::ZERO);
        }
        return;
    }
    let smallest =
        store.get("Currency", text(doc, "currency")).map(|of| num(of, "smallest_currency_fraction_value"));
    let rounded = match smallest {
        Some(smallest) if !smallest.is_zero() => {
            (grand / smallest).round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero) * smallest
        }
        Some(_) | None => grand.round(),
    };
    set(doc, "rounded_total", rounded);
    set(doc, "base_rounded_total", money(rounded * rate));
    set(doc, "rounding_adjustment", rounded - grand);
}

/// Shares the sale out among who sold it, and reckons what they earn.
pub(crate) fn contributions(store: &Store, doc: &mut Doc) -> Result<(), Refusal> {
    let eligible = num(doc, "amount_eligible_for_commission");
    let partner = num(doc, "commission_rate");
    if partner < Decimal::ZERO || partner > Decimal::ONE_HUNDRED {
        return Err(Refusal::validation("Commission Rate must be between 0 and 100"));
    }
    set(doc, "total_commission", money(eligible * partner / Decimal::ONE_HUNDRED));
    let mut team = take_rows(doc, "sales_team");
    let mut sum = Decimal::ZERO;
    for row in &mut team {
        let person = store.get("Sales Person", text(row, "sales_person"));
        if person.is_some_and(|person| !flag(person, "enabled")) {
            let text = format!("Sales Person <b>{}</b> is disabled.", text(row, "sales_person"));
            return Err(Refusal::validation(text));
        }
        if text(row, "commission_rate").is_empty()
            && let Some(rate) =
                person.map(|person| text(person, "commission_rate")).filter(|rate| !rate.is_empty())
        {
            let rate = rate.to_owned();
            row.insert("commission_rate".into(), rate.into());
        }
        let percent = num(row, "allocated_percentage");
        sum += percent;
        let allocated = money(eligible * percent / Decimal::ONE_HUNDRED);
        set(row, "allocated_amount", allocated);
        let incentives = fine(allocated * num(row, "commission_rate") / Decimal::ONE_HUNDRED);
        set(row, "incentives", money(incentives));
    }
    if !team.is_empty() && sum != Decimal::ONE_HUNDRED {
        return Err(Refusal::validation("Total allocated percentage for sales team should be 100"));
    }
    put_rows(doc, "sales_team", team);
    Ok(())
}
