//! What stands in the books after the demo, as a table and as JSON.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};

/// The documents a completed appointment with materials and a commission leads to.
pub(crate) const EXPECTED: [&str; 4] = ["sales_order", "sales_invoice", "stock_issue", "commission"];

/// A document as the books hold it. Amounts stay the text the books' connector gave: nothing is computed here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Document {
    kind: String,
    number: String,
    state: String,
    currency: String,
    net: String,
    tax: String,
    total: String,
    key: String,
}

/// The appointment they came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Appointment {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) status: String,
}

/// The outcome of one run.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) erp: &'static str,
    #[serde(serialize_with = "named")]
    pub(crate) appointment: Appointment,
    pub(crate) documents: Vec<Document>,
}

fn named<S: serde::Serializer>(appointment: &Appointment, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Named<'a> {
        name: &'a str,
        status: &'a str,
    }
    Named { name: &appointment.name, status: &appointment.status }.serialize(serializer)
}

impl Report {
    /// Fails unless every expected document stands in the books exactly once and nothing else does.
    pub(crate) fn exactly_once(&self) -> Result<()> {
        for kind in EXPECTED {
            let found = self.documents.iter().filter(|document| document.kind == kind).count();
            if found != 1 {
                bail!("{kind} stands in the books {found} times instead of once: look at the server's log");
            }
        }
        match self.documents.iter().find(|document| !EXPECTED.contains(&document.kind.as_str())) {
            Some(document) => bail!("{} {} was not expected", document.kind, document.number),
            None => Ok(()),
        }
    }

    /// A table for a person.
    pub(crate) fn table(&self) -> String {
        let mut text = format!(
            "{} is {}; in the books ({}):\n",
            self.appointment.name, self.appointment.status, self.erp
        );
        let heading = ["document", "number", "state", "net", "tax", "total", "currency"].map(String::from);
        let rows = self.documents.iter().map(cells);
        let rows: Vec<[String; 7]> = std::iter::once(heading).chain(rows).collect();
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths: [usize; 7] = std::array::from_fn(width);
        for row in &rows {
            let cell = |column: usize| {
                let (text, width) = (&row[column], widths[column]);
                if AMOUNTS.contains(&column) { format!("{text:>width$}") } else { format!("{text:<width$}") }
            };
            let line: [String; 7] = std::array::from_fn(cell);
            // Writing to a string cannot fail.
            let _ = writeln!(text, "  {}", line.join("  ").trim_end());
        }
        text
    }

    /// Writes the report as JSON.
    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
    }
}

/// The columns that are aligned to the right.
const AMOUNTS: std::ops::Range<usize> = 3..6;

fn cells(document: &Document) -> [String; 7] {
    let Document { kind, number, state, currency, net, tax, total, key: _ } = document;
    [kind, number, state, net, tax, total, currency].map(Clone::clone)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(kinds: &[&str]) -> Report {
        let documents = kinds.iter().map(|kind| Document {
            kind: (*kind).to_owned(),
            number: "INV-1".to_owned(),
            state: "posted".to_owned(),
            currency: "EUR".to_owned(),
            net: "100.00".to_owned(),
            tax: "20.00".to_owned(),
            total: "120.00".to_owned(),
            key: "a/1/x".to_owned(),
        });
        let appointment =
            Appointment { id: "a".to_owned(), name: "APT-0001".to_owned(), status: "completed".to_owned() };
        Report { erp: "ledger", appointment, documents: documents.collect() }
    }

    #[test]
    fn four_documents_once_each_pass() {
        report(&EXPECTED).exactly_once().unwrap();
    }

    #[test]
    fn a_missing_a_double_and_a_foreign_document_are_named() {
        let fault = |kinds: &[&str]| report(kinds).exactly_once().unwrap_err().to_string();
        assert!(fault(&EXPECTED[..3]).contains("commission stands in the books 0 times"));
        assert!(
            fault(&[&EXPECTED[..], &["sales_order"]].concat())
                .contains("sales_order stands in the books 2 times")
        );
        assert!(
            fault(&[&EXPECTED[..], &["credit_note"]].concat()).contains("credit_note INV-1 was not expected")
        );
    }

    #[test]
    fn the_json_names_the_appointment_and_each_document() {
        let json = serde_json::to_value(report(&["sales_order"])).unwrap();
        let expected = serde_json::json!({
            "erp": "ledger",
            "appointment": {"name": "APT-0001", "status": "completed"},
            "documents": [{
                "kind": "sales_order", "number": "INV-1", "state": "posted", "currency": "EUR",
                "net": "100.00", "tax": "20.00", "total": "120.00", "key": "a/1/x",
            }],
        });
        assert_eq!(json, expected);
    }

    #[test]
    fn the_table_lines_its_columns_up() {
        let table = report(&["sales_order", "commission"]).table();
        let ends: Vec<usize> = table.lines().skip(1).map(|line| line.trim_end().len()).collect();
        assert_eq!(table.lines().count(), 4, "{table}");
        assert!(ends[1] == ends[2] && ends[0] > ends[1], "{table}");
    }
}
