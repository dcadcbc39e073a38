//! Rows of a form in which somebody says what work used up, and how they are read again.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::form::Form;
use crate::codes;
use crate::http::problem::Problem;
use crate::model::{Consumable, FieldError};

/// Rows of materials of a form: as many as a service can list, and some more.
const ROWS: usize = 60;

/// Rows for material that is not listed.
const SPARE: usize = 2;

/// What material is called that is not listed.
const OTHER: &str = "Other material";

/// A row of material.
pub(super) struct MaterialRow {
    pub(super) n: usize,
    pub(super) item: String,
    pub(super) quantity: String,
    pub(super) unit: String,
    pub(super) warehouse: String,
    pub(super) is_spare: bool,
    /// Whether its unit is asked for, where it is listed.
    pub(super) asks_unit: bool,
}

impl MaterialRow {
    /// Whether it is for material that is not listed, and says something.
    pub(super) fn is_filled(&self) -> bool {
        self.is_spare && !(self.item.is_empty() && self.quantity.is_empty() && self.unit.is_empty())
    }
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
        asks_unit: false,
    });
    let spare = (listed.len()..listed.len() + SPARE).map(|n| MaterialRow {
        n,
        item: String::new(),
        quantity: String::new(),
        unit: String::new(),
        warehouse: warehouse.clone(),
        is_spare: true,
        asks_unit: false,
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

/// What the form calls a field of what it was read as, `materials[0].quantity`. Rows that say nothing were left out of that.
pub(super) fn called(form: &Form, field: &str) -> Option<String> {
    let (n, field) = field.strip_prefix("materials[")?.split_once("].")?;
    let told = (0..ROWS).filter(|n| row(form, *n).is_some()).nth(n.parse().ok()?)?;
    let item = form.text(&format!("item{told}"));
    let of = if item.is_empty() { OTHER } else { item };
    let label = match field {
        "item" => "Item",
        "quantity" => "Quantity",
        "unit" => "Unit",
        "warehouse" => "“From”",
        _ => return None,
    };
    Some(format!("{label} of {of}"))
}

/// What was used up, as the rows of a form say; none where it has no rows.
pub(super) fn told(form: &Form) -> Result<Option<Value>, Problem> {
    if form.text("rows").is_empty() {
        return Ok(None);
    }
    let rows: Vec<Value> = (0..ROWS).filter_map(|n| row(form, n)).collect();
    let unsaid = |(n, row): (usize, &Value)| {
        let field = format!("materials[{n}].quantity");
        (row["quantity"] == "")
            .then(|| FieldError { field, message: "must say how much was used".to_owned() })
    };
    let unsaid: Vec<FieldError> = rows.iter().enumerate().filter_map(unsaid).collect();
    if unsaid.is_empty() { Ok(Some(rows.into())) } else { Err(Problem::fields(codes::INVALID, unsaid)) }
}

/// A row that names something; what is listed and left empty was not used, nor is what is at nothing. Who typed an item or
/// its unit meant some of it.
fn row(form: &Form, n: usize) -> Option<Value> {
    let text = |field: &str| form.text(&format!("{field}{n}"));
    let quantity = form.number(&format!("quantity{n}"));
    let is_typed = is_spare(form, n) && !(text("item").is_empty() && text("unit").is_empty());
    let is_nothing = quantity.parse::<Decimal>().is_ok_and(|much| much.is_zero());
    let is_told = if quantity.is_empty() { is_typed } else { !is_nothing };
    is_told.then(|| {
        json!({
            "item": text("item"),
            "quantity": quantity,
            "unit": text("unit"),
            "warehouse": text("warehouse"),
        })
    })
}

/// Whether a row is one of the last, for material that is not listed.
fn is_spare(form: &Form, n: usize) -> bool {
    form.text("rows").parse().is_ok_and(|rows: usize| n < rows && n + SPARE >= rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(form: &str) -> Option<Vec<(String, String)>> {
        let rows = told(&Form::parse(form.as_bytes())).unwrap()?;
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
        assert_eq!(used("rows=3&item0=FILTER&quantity0=&warehouse1=V&warehouse2=V"), Some(Vec::new()));
        // A form that does not ask leaves it to the service.
        assert_eq!(used(""), None);
    }

    #[test]
    fn what_somebody_typed_without_its_quantity_is_not_lost() {
        for (typed, label) in
            [("item2=OIL", "Quantity of OIL"), ("unit1=Litre", "Quantity of Other material")]
        {
            let form = Form::parse(format!("rows=3&item0=FILTER&quantity0=&{typed}").as_bytes());
            let refused = told(&form).unwrap_err().details();
            let error = &refused["errors"][0];
            assert_eq!(error["message"], "must say how much was used");
            assert_eq!(called(&form, error["field"].as_str().unwrap()).as_deref(), Some(label));
        }
        // Whoever puts nothing says so.
        assert_eq!(used("rows=2&item0=OIL&quantity0=0"), Some(Vec::new()));
    }

    #[test]
    fn a_field_is_called_as_the_form_does() {
        let form = Form::parse(b"rows=4&item0=FILTER&quantity0=0&item1=OIL&quantity1=x&quantity2=1");
        for (field, label) in [
            ("materials[0].quantity", Some("Quantity of OIL")),
            ("materials[1].warehouse", Some("“From” of Other material")),
            ("materials[2].unit", None),
            ("reason", None),
        ] {
            assert_eq!(called(&form, field).as_deref(), label, "{field}");
        }
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
