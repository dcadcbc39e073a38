//! Rows of a form in which somebody says what work used up, and how they are read again.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::form::Form;
use crate::model::Consumable;

/// Rows of materials of a form: as many as a service can list, and some more.
const ROWS: usize = 60;

/// Rows for material that is not listed.
const SPARE: usize = 2;

/// A row of material.
pub(super) struct MaterialRow {
    pub(super) n: usize,
    pub(super) item: String,
    pub(super) quantity: String,
    pub(super) unit: String,
    pub(super) warehouse: String,
    pub(super) is_spare: bool,
}

/// A row for each of these materials, and some to fill in; as they were sent, where a form was refused.
pub(super) fn rows(listed: &[Consumable], sent: Option<&Form>) -> Vec<MaterialRow> {
    let warehouse = listed.first().map(|one| one.warehouse.clone()).unwrap_or_default();
    let usual = listed.iter().enumerate().map(|(n, one)| MaterialRow {
        n,
        item: one.item.clone(),
        quantity: one.quantity.normalize().to_string(),
        unit: one.unit.clone(),
        warehouse: one.warehouse.clone(),
        is_spare: false,
    });
    let spare = (listed.len()..listed.len() + SPARE).map(|n| MaterialRow {
        n,
        item: String::new(),
        quantity: String::new(),
        unit: String::new(),
        warehouse: warehouse.clone(),
        is_spare: true,
    });
    let as_sent = |row: MaterialRow| match sent {
        None => row,
        Some(form) => {
            let text = |field: &str| form.text(&format!("{field}{}", row.n)).to_owned();
            let (item, quantity, unit, warehouse) =
                (text("item"), text("quantity"), text("unit"), text("warehouse"));
            MaterialRow { item, quantity, unit, warehouse, ..row }
        }
    };
    usual.chain(spare).take(ROWS).map(as_sent).collect()
}

/// What was used up, as the rows of a form say; none where it has no rows.
pub(super) fn told(form: &Form) -> Option<Value> {
    (!form.text("rows").is_empty()).then(|| (0..ROWS).filter_map(|n| row(form, n)).collect())
}

/// A row that names something and how much of it; one left empty or at nothing was not used.
fn row(form: &Form, n: usize) -> Option<Value> {
    let text = |field: &str| form.text(&format!("{field}{n}"));
    let quantity = form.number(&format!("quantity{n}"));
    let is_nothing = quantity.is_empty() || quantity.parse::<Decimal>().is_ok_and(|much| much.is_zero());
    (!is_nothing).then(|| {
        json!({
            "item": text("item"),
            "quantity": quantity,
            "unit": text("unit"),
            "warehouse": text("warehouse"),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(form: &str) -> Option<Vec<(String, String)>> {
        let rows = told(&Form::parse(form.as_bytes()))?;
        let text = |row: &Value, field: &str| row[field].as_str().unwrap().to_owned();
        Some(rows.as_array()?.iter().map(|row| (text(row, "item"), text(row, "quantity"))).collect())
    }

    #[test]
    fn what_was_used_is_what_the_rows_say() {
        let rest = "unit0=Unit&warehouse0=V&unit1=Litre&warehouse1=V";
        let two = format!("rows=2&item0=FILTER&quantity0=2&item1=OIL&quantity1=1%2C5&{rest}");
        let [filter, oil] =
            [("FILTER", "2"), ("OIL", "1.5")].map(|(item, much)| (item.to_owned(), much.to_owned()));
        assert_eq!(used(&two), Some(vec![filter, oil.clone()]));
        let one = format!("rows=2&item0=FILTER&quantity0=0&item1=OIL&quantity1=1.5&{rest}");
        assert_eq!(used(&one), Some(vec![oil]));
        assert_eq!(used("rows=2&item0=FILTER&quantity0="), Some(Vec::new()));
        // A form that does not ask leaves it to the service.
        assert_eq!(used(""), None);
    }

    #[test]
    fn rows_that_were_refused_stand_as_they_were_sent() {
        let listed: Consumable = serde_json::from_value(
            json!({"item": "FILTER", "quantity": "1.0", "unit": "Unit", "warehouse": "V"}),
        )
        .unwrap();
        let fresh = rows(std::slice::from_ref(&listed), None);
        let told: Vec<_> = fresh.iter().map(|row| (row.quantity.as_str(), row.warehouse.as_str())).collect();
        assert_eq!(told, [("1", "V"), ("", "V"), ("", "V")]);
        let sent = rows(&[listed], Some(&Form::parse(b"item0=FILTER&quantity0=some&item1=OIL")));
        assert_eq!((sent[0].quantity.as_str(), sent[1].item.as_str()), ("some", "OIL"));
    }
}
