//! The table that Odoo's `load` takes: one record with lines below it.

use serde_json::{Value, json};

/// One record and its lines.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rows {
    head: Vec<(String, Value)>,
    /// The field with the lines.
    lines_field: &'static str,
    lines: Vec<Vec<(&'static str, Value)>>,
}

impl Rows {
    /// A record with this external identifier.
    pub(crate) fn new(external_id: String) -> Self {
        Self { head: vec![("id".to_owned(), Value::String(external_id))], ..Self::default() }
    }

    /// A value of the record.
    pub(crate) fn set(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.head.push((field.to_owned(), value.into()));
        self
    }

    /// A value of the record, if there is one.
    pub(crate) fn set_some(self, field: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.set(field, value),
            None => self,
        }
    }

    /// A link from the record to another, by that one's identifier.
    pub(crate) fn link(self, field: &str, id: i64) -> Self {
        self.set(&format!("{field}/.id"), id)
    }

    /// A link, if there is one.
    pub(crate) fn link_some(self, field: &str, id: Option<i64>) -> Self {
        match id {
            Some(id) => self.link(field, id),
            None => self,
        }
    }

    /// Its lines, which all have the same columns.
    pub(crate) fn lines(mut self, field: &'static str, lines: Vec<Vec<(&'static str, Value)>>) -> Self {
        self.lines_field = field;
        self.lines = lines;
        self
    }

    /// The names of the columns.
    pub(crate) fn fields(&self) -> Vec<String> {
        let head = self.head.iter().map(|(name, _)| name.clone());
        let lines = self.lines.first().into_iter().flatten();
        head.chain(lines.map(|(name, _)| format!("{}/{name}", self.lines_field))).collect()
    }

    /// The cells. A row with an empty head continues the record above.
    pub(crate) fn data(&self) -> Vec<Vec<Value>> {
        let head: Vec<Value> = self.head.iter().map(|(_, value)| value.clone()).collect();
        if self.lines.is_empty() {
            return vec![head];
        }
        let empty = vec![json!(""); head.len()];
        let line = |(row, cells): (usize, &Vec<(&'static str, Value)>)| {
            let head = if row == 0 { &head } else { &empty };
            head.iter().cloned().chain(cells.iter().map(|(_, value)| value.clone())).collect()
        };
        self.lines.iter().enumerate().map(line).collect()
    }
}
