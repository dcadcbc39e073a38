//! The taxes on an invoice's lines.
//!
//! Invariant: taxes are by Odoo's own rules, or as somebody changed them on the order; no amount is reckoned here. Up to
//! Odoo 15 only the screen gives a line its product's taxes, so that they are looked up for a line that came without.
//!
//! Deliberately absent: finding a fiscal position by the customer's country, which those versions keep to themselves too.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Value, json};
use slotledger_erp::Failure;

use super::Books;
use crate::{
    classify::Effect,
    client::{Call, read},
    mapping::{Id, LineTaxes, Link, Move, MoveLine, OrderLine, Party, Product, optional},
};

/// What has to be written to a draft's lines; none where all have the taxes they should have.
pub(super) async fn correction(books: &Books<'_>, invoice: &Move) -> Result<Option<Value>, Failure> {
    let lines = books.move_lines(&[invoice.id]).await?;
    let mut wanted = as_ordered(books, &lines).await?;
    if !books.session.fields.taxes_follow_products {
        wanted.extend(of_products(books, invoice, &lines).await?);
    }
    let commands: Vec<Value> = lines
        .iter()
        .filter_map(|line| {
            let wanted = wanted.get(&line.id)?;
            let differs = sorted(wanted) != sorted(&line.tax_ids);
            differs.then(|| json!([1, line.id, {"tax_ids": [[6, 0, wanted]]}]))
        })
        .collect();
    Ok((!commands.is_empty()).then(|| json!({"invoice_line_ids": commands})))
}

/// The fiscal position that a contact was given, where Odoo does not look for it by itself.
pub(super) async fn position_of(books: &Books<'_>, partner: i64) -> Result<Option<i64>, Failure> {
    #[derive(Deserialize)]
    struct Contact {
        #[serde(deserialize_with = "optional")]
        property_account_position_id: Option<Link>,
    }
    if books.session.fields.taxes_follow_products {
        return Ok(None);
    }
    let call =
        Call::on(Party::MODEL, "read", &[partner]).with("fields", json!(["property_account_position_id"]));
    let found: Vec<Contact> = read(&books.call(call, &[], Effect::Reads).await?)?;
    Ok(found.into_iter().find_map(|contact| contact.property_account_position_id).map(|link| link.id))
}

/// By the invoice's line, the taxes of the order's line that it bills.
async fn as_ordered(books: &Books<'_>, lines: &[MoveLine]) -> Result<HashMap<i64, Vec<i64>>, Failure> {
    let ordered: Vec<i64> = lines.iter().flat_map(|line| line.sale_line_ids.iter().copied()).collect();
    if ordered.is_empty() {
        return Ok(HashMap::new());
    }
    let field = books.session.fields.order_line_taxes;
    let taxes: Vec<LineTaxes> =
        books.lines(OrderLine::MODEL, json!([["id", "in", ordered]]), &[field], "id").await?;
    let wanted = lines.iter().filter_map(|line| {
        let [ordered] = line.sale_line_ids.as_slice() else { return None };
        let taxes = taxes.iter().find(|taxes| taxes.id == *ordered)?;
        Some((line.id, taxes.tax_ids.clone()))
    });
    Ok(wanted.collect())
}

#[derive(Deserialize)]
struct ProductTaxes {
    id: i64,
    taxes_id: Vec<i64>,
}

/// What a fiscal position makes of a tax; nothing where it is left out.
#[derive(Deserialize)]
struct Replacement {
    tax_src_id: Link,
    #[serde(deserialize_with = "optional")]
    tax_dest_id: Option<Link>,
}

/// By the invoice's line, the taxes of its product, for lines that bill no order and came without any.
async fn of_products(
    books: &Books<'_>,
    invoice: &Move,
    lines: &[MoveLine],
) -> Result<HashMap<i64, Vec<i64>>, Failure> {
    let bare = |line: &&MoveLine| line.sale_line_ids.is_empty() && line.tax_ids.is_empty();
    let bare: Vec<(i64, i64)> =
        lines.iter().filter(bare).filter_map(|line| Some((line.id, line.product_id.as_ref()?.id))).collect();
    if bare.is_empty() {
        return Ok(HashMap::new());
    }
    let products: Vec<i64> = bare.iter().map(|(_, product)| *product).collect();
    let domain = json!([["id", "in", products]]);
    let products: Vec<ProductTaxes> = books.lines(Product::MODEL, domain, &["taxes_id"], "id").await?;
    let all: Vec<i64> = products.iter().flat_map(|product| product.taxes_id.iter().copied()).collect();
    // A product that companies share has the taxes of each.
    let ours = json!([["id", "in", all], ["company_id", "=", books.session.company.id]]);
    let ours: Vec<Id> = books.lines("account.tax", ours, &["id"], "id").await?;
    let replaced = replacements(books, invoice).await?;
    let wanted = bare.into_iter().filter_map(|(line, product)| {
        let product = products.iter().find(|taxes| taxes.id == product)?;
        let own = product.taxes_id.iter().filter(|tax| ours.iter().any(|ours| ours.id == **tax));
        Some((line, own.flat_map(|tax| mapped(*tax, &replaced)).collect()))
    });
    Ok(wanted.collect())
}

async fn replacements(books: &Books<'_>, invoice: &Move) -> Result<Vec<Replacement>, Failure> {
    let Some(position) = &invoice.fiscal_position_id else { return Ok(Vec::new()) };
    let domain = json!([["position_id", "=", position.id]]);
    books.lines("account.fiscal.position.tax", domain, &["tax_src_id", "tax_dest_id"], "id").await
}

/// A tax as the fiscal position has it: itself where it is not named there.
fn mapped(tax: i64, replaced: &[Replacement]) -> Vec<i64> {
    let named: Vec<_> = replaced.iter().filter(|replacement| replacement.tax_src_id.id == tax).collect();
    if named.is_empty() {
        return vec![tax];
    }
    named.iter().filter_map(|replacement| Some(replacement.tax_dest_id.as_ref()?.id)).collect()
}

fn sorted(ids: &[i64]) -> Vec<i64> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fiscal_position_replaces_leaves_out_and_lets_be() {
        let replaced: Vec<Replacement> = serde_json::from_value(json!([
            {"tax_src_id": [1, "20 %"], "tax_dest_id": [5, "10 %"]},
            {"tax_src_id": [1, "20 %"], "tax_dest_id": [6, "Levy"]},
            {"tax_src_id": [2, "Eco"], "tax_dest_id": false},
        ]))
        .unwrap();
        assert_eq!(mapped(1, &replaced), [5, 6]);
        assert_eq!(mapped(2, &replaced), [0; 0]);
        assert_eq!(mapped(3, &replaced), [3]);
    }
}
