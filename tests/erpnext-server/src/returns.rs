//! What makes an invoice a credit note.

use rust_decimal::Decimal;

use crate::{
    checks::is_submitted,
    refusal::Refusal,
    store::Store,
    values::{Doc, flag, float, num, rows, text},
};

const MODULE: &str = "erpnext.controllers.sales_and_purchase_return.";
const OVER: &str = "StockOverReturnError";

pub(crate) fn validate(store: &mut Store, doc: &Doc) -> Result<(), Refusal> {
    let against = text(doc, "return_against").to_owned();
    if !flag(doc, "is_return") || against.is_empty() {
        return Ok(());
    }
    let original = store.find("Sales Invoice", &against)?;
    let (customer, theirs) = (text(doc, "customer"), text(&original, "customer"));
    if customer != theirs {
        let text = format!(
            "The Customer {customer} does not match with the Customer {theirs} in the <strong>Sales Invoice</strong> \
             {against}"
        );
        return Err(Refusal::validation(text).titled("Party Mismatch"));
    }
    if flag(doc, "update_outstanding_for_self") {
        store.say(format!(
            "We can see Credit Note is made against {against}. If you want {against}'s outstanding to be updated, uncheck \
             the 'Update Outstanding for Self' checkbox.<br><br>You can use Payment Reconciliation to reconcile against \
             {against} later."
        ));
    }
    if flag(doc, "update_stock") && !flag(&original, "update_stock") {
        return Err(Refusal::validation(format!(
            "'Update Stock' can not be checked because items are not delivered via {against}"
        )));
    }
    for (at, row) in rows(doc, "items").into_iter().enumerate() {
        row_of(store, row, at + 1, &original, &against)?;
    }
    Ok(())
}

fn row_of(store: &mut Store, row: &Doc, at: usize, original: &Doc, against: &str) -> Result<(), Refusal> {
    let (code, link) = (text(row, "item_code"), text(row, "sales_invoice_item"));
    let sold =
        rows(original, "items").into_iter().find(|sold| !link.is_empty() && text(sold, "name") == link);
    if sold.is_some_and(|sold| num(row, "rate") > num(sold, "rate")) {
        return Err(Refusal::validation(format!(
            "Row # {at}: Rate cannot be greater than the rate used in Sales Invoice {against}"
        )));
    }
    let Some(sold) = sold else {
        store.say(format!("Row # {at}: Returned Item {code} does not exist in Sales Invoice {against}"));
        return Ok(());
    };
    let qty = num(row, "qty");
    if qty.is_zero() {
        let text = format!("Item {code} has already been returned");
        return Err(Refusal::erpnext(MODULE, OVER, text));
    }
    let left = num(sold, "qty") - returned(store, against, link);
    if -qty > left {
        let text = format!("Row # {at}: Cannot return more than {} for Item {code}", float(left));
        return Err(Refusal::erpnext(MODULE, OVER, text));
    }
    Ok(())
}

/// How much of a row came back in credit notes that were stored when the request came in.
pub(crate) fn returned(store: &Store, against: &str, link: &str) -> Decimal {
    let mut sum = Decimal::ZERO;
    for (name, note) in store.table("Sales Invoice").filter(|(_, note)| is_submitted(note)) {
        let submitted =
            store.submitted.get(&("Sales Invoice".into(), name.clone())).copied().unwrap_or_default();
        if text(note, "return_against") != against || submitted > store.seen {
            continue;
        }
        let linked = rows(note, "items").into_iter().filter(|row| text(row, "sales_invoice_item") == link);
        sum -= linked.map(|row| num(row, "qty")).sum::<Decimal>();
    }
    sum
}
