//! Tables as files that spreadsheets open.
//!
//! Invariant: what a spreadsheet would take for a formula is marked as text, whoever typed it.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// A table being written.
pub(super) struct Csv(String);

/// What stands in a cell.
pub(super) enum Cell<'a> {
    /// A text, which may be anything.
    Text(&'a str),
    /// A number, as it is written.
    Number(String),
    /// Nothing.
    Nothing,
}

impl Csv {
    /// A table with these columns.
    pub(super) fn new(columns: &str) -> Self {
        Self(format!("{columns}\r\n"))
    }

    /// Adds a row.
    pub(super) fn row(&mut self, cells: &[Cell<'_>]) {
        let cells: Vec<_> = cells.iter().map(Cell::written).collect();
        self.0.push_str(&cells.join(","));
        self.0.push_str("\r\n");
    }

    /// The table as a file of this name.
    pub(super) fn answer(self, name: &str) -> Response {
        let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) else {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
            (header::CONTENT_DISPOSITION, disposition),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        ];
        (headers, self.0).into_response()
    }
}

impl Cell<'_> {
    fn written(&self) -> String {
        match self {
            Self::Text(text) => quoted(text),
            Self::Number(number) => number.clone(),
            Self::Nothing => String::new(),
        }
    }
}

/// A text. What a spreadsheet would take for a formula is marked as text.
fn quoted(cell: &str) -> String {
    let mark = if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { "'" } else { "" };
    format!("\"{mark}{}\"", cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_no_formula_and_a_number_is_one() {
        assert_eq!(quoted("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        assert_eq!(quoted("Ana, Ben"), "\"Ana, Ben\"");
        let mut csv = Csv::new("a,b,c");
        csv.row(&[Cell::Text("-1+1"), Cell::Number("-30.35".to_owned()), Cell::Nothing]);
        assert_eq!(csv.0, "a,b,c\r\n\"'-1+1\",-30.35,\r\n");
    }
}
