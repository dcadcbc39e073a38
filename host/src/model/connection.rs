//! The ERPs that documents go to: how they stand, and what our codes are called there.

use std::borrow::Cow;
use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use slotledger_erp::{Body, Line, Material, Posting, Record, RecordKind, SystemInfo};
use utoipa::ToSchema;

/// Where a circuit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CircuitState {
    /// Documents are sent.
    Closed,
    /// Nothing is sent.
    Open,
    /// One document is being tried.
    Probing,
}

impl CircuitState {
    /// The name used in the store and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::Probing => "probing",
        }
    }
}

/// Whether documents are sent to a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circuit {
    /// The connection, by the name that companies know it by.
    pub connection: String,
    /// Where it stands.
    pub state: CircuitState,
    /// Since when.
    pub since: DateTime<Utc>,
    /// When the next document is tried; none while it is closed.
    pub until: Option<DateTime<Utc>>,
    /// What the last failure said; none if the last answer was one.
    pub message: Option<String>,
}

/// What is known of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The connection.
    pub name: String,
    /// What answered when it was last asked, and when that was.
    pub system: Option<(SystemInfo, DateTime<Utc>)>,
    /// Whether documents are sent, as the relay that last had news said; none where none had any.
    pub circuit: Option<Circuit>,
}

/// The kinds of codes that postings name. Taxes are not among them: they are the books' own business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CodeKind {
    /// What is sold or used up.
    Item,
    /// Who pays.
    Customer,
    /// Who earns a commission.
    Provider,
    /// Where materials leave from.
    Warehouse,
    /// What materials are counted in.
    Unit,
    /// How a deposit was paid.
    Method,
}

impl CodeKind {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::Item, Self::Customer, Self::Provider, Self::Warehouse, Self::Unit, Self::Method];

    /// The name used in the store and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Item => "item",
            Self::Customer => "customer",
            Self::Provider => "provider",
            Self::Warehouse => "warehouse",
            Self::Unit => "unit",
            Self::Method => "method",
        }
    }

    /// The master data in the books that such a code names, where they are listed.
    #[must_use]
    pub const fn records(self) -> Option<RecordKind> {
        match self {
            Self::Item => Some(RecordKind::Item),
            Self::Customer => Some(RecordKind::Customer),
            Self::Provider => Some(RecordKind::Provider),
            Self::Warehouse => Some(RecordKind::Warehouse),
            Self::Unit | Self::Method => None,
        }
    }
}

/// What one of our codes is called in the books of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedCode {
    /// Of what.
    pub kind: CodeKind,
    /// Ours.
    pub code: String,
    /// Theirs; none takes the mapping back.
    pub theirs: Option<String>,
    /// Why, for whoever reads it later.
    pub note: String,
    /// Who said so.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// A record of master data in the books, as the last import found it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// What it is.
    pub kind: RecordKind,
    /// The record.
    pub record: Record,
    /// When it was found.
    pub at: DateTime<Utc>,
}

/// The name of a kind of records, as it is stored and shown.
#[must_use]
pub const fn record_kind(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::Item => "item",
        RecordKind::Customer => "customer",
        RecordKind::Provider => "provider",
        RecordKind::Warehouse => "warehouse",
        RecordKind::TaxTemplate => "tax_template",
    }
}

/// What our codes are called in the books of one connection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapping(HashMap<(CodeKind, String), String>);

impl Mapping {
    /// The mapping that these make.
    #[must_use]
    pub fn of(codes: impl IntoIterator<Item = MappedCode>) -> Self {
        let pairs = codes.into_iter().filter_map(|code| Some(((code.kind, code.code), code.theirs?)));
        Self(pairs.collect())
    }

    /// What a code is called there: as here, unless something else was said.
    #[must_use]
    pub fn theirs<'a>(&'a self, kind: CodeKind, code: &'a str) -> &'a str {
        self.0.get(&(kind, code.to_owned())).map_or(code, String::as_str)
    }

    /// The posting in the words of the books. Keys, amounts, quantities and names stay as they are.
    #[must_use]
    pub fn applied<'a>(&self, posting: &'a Posting) -> Cow<'a, Posting> {
        if self.0.is_empty() {
            return Cow::Borrowed(posting);
        }
        let mut posting = posting.clone();
        each_code(&mut posting.body, &mut |kind, code| {
            if let Some(theirs) = self.0.get(&(kind, code.clone())) {
                code.clone_from(theirs);
            }
        });
        Cow::Owned(posting)
    }
}

/// The codes that a posting names, each once, in the order in which they stand there.
#[must_use]
pub fn codes(posting: &Posting) -> Vec<(CodeKind, String)> {
    let mut all = Vec::new();
    each_code(&mut posting.body.clone(), &mut |kind, code| {
        let named = (kind, code.clone());
        if !all.contains(&named) {
            all.push(named);
        }
    });
    all
}

/// Everything in a posting that means something only in the books: the one list of such fields.
fn each_code(body: &mut Body, of: &mut dyn FnMut(CodeKind, &mut String)) {
    match body {
        Body::SalesOrder(order) => {
            of(CodeKind::Customer, &mut order.customer.code);
            of(CodeKind::Provider, &mut order.provider.code);
            lines(&mut order.lines, of);
        }
        Body::SalesInvoice(invoice) => {
            of(CodeKind::Customer, &mut invoice.customer.code);
            for earner in &mut invoice.earners {
                of(CodeKind::Provider, &mut earner.provider.code);
            }
            lines(&mut invoice.lines, of);
        }
        Body::OrderAmendment(amendment) => {
            of(CodeKind::Provider, &mut amendment.provider.code);
            lines(&mut amendment.lines, of);
        }
        Body::StockIssue(issue) => materials(&mut issue.lines, of),
        Body::StockReturn(back) => materials(&mut back.lines, of),
        Body::Commission(earned) => of(CodeKind::Provider, &mut earned.provider.code),
        Body::Advance(advance) => {
            of(CodeKind::Customer, &mut advance.customer.code);
            if let Some(method) = &mut advance.method {
                of(CodeKind::Method, method);
            }
        }
        Body::OrderCancellation(_)
        | Body::CreditNote(_)
        | Body::CommissionReversal(_)
        | Body::AdvanceRefund(_) => {}
    }
}

fn lines(lines: &mut [Line], of: &mut dyn FnMut(CodeKind, &mut String)) {
    for line in lines {
        of(CodeKind::Item, &mut line.item.code);
    }
}

fn materials(materials: &mut [Material], of: &mut dyn FnMut(CodeKind, &mut String)) {
    for material in materials {
        of(CodeKind::Item, &mut material.item.code);
        of(CodeKind::Unit, &mut material.unit);
        of(CodeKind::Warehouse, &mut material.warehouse);
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use rust_decimal::Decimal;
    use slotledger_erp::{Item, Key, StockIssue};

    use super::*;

    fn mapped(kind: CodeKind, code: &str, theirs: Option<&str>) -> MappedCode {
        MappedCode {
            kind,
            code: code.to_owned(),
            theirs: theirs.map(str::to_owned),
            note: String::new(),
            by: "desk".to_owned(),
            at: DateTime::UNIX_EPOCH,
        }
    }

    fn issue() -> Posting {
        let item = Item { code: "FILTER".to_owned(), name: "Filter".to_owned() };
        let (unit, warehouse) = ("Unit".to_owned(), "FILTER".to_owned());
        let lines = vec![Material { item, quantity: Decimal::TWO, unit, warehouse }];
        Posting {
            key: Key::parse("filter/1/issue").expect("a key"),
            subject: "FILTER".to_owned(),
            date: NaiveDate::default(),
            body: Body::StockIssue(StockIssue { lines }),
        }
    }

    #[test]
    fn a_code_is_replaced_where_it_is_of_the_kind_and_nowhere_else() {
        let mapping = Mapping::of([mapped(CodeKind::Item, "FILTER", Some("F-1"))]);
        let mut expected = issue();
        let Body::StockIssue(body) = &mut expected.body else { panic!("an issue") };
        body.lines[0].item.code = "F-1".to_owned();
        assert_eq!(mapping.applied(&issue()).into_owned(), expected);
        assert_eq!(mapping.theirs(CodeKind::Item, "FILTER"), "F-1");
        assert_eq!(mapping.theirs(CodeKind::Warehouse, "FILTER"), "FILTER");
    }

    #[test]
    fn without_a_mapping_a_posting_is_sent_as_it_is() {
        for mapping in [Mapping::default(), Mapping::of([mapped(CodeKind::Item, "FILTER", None)])] {
            assert_eq!(mapping.applied(&issue()).into_owned(), issue());
        }
    }

    #[test]
    fn the_codes_of_a_posting_are_known() {
        let named = codes(&issue());
        let expected =
            [(CodeKind::Item, "FILTER"), (CodeKind::Unit, "Unit"), (CodeKind::Warehouse, "FILTER")];
        assert_eq!(named, expected.map(|(kind, code)| (kind, code.to_owned())));
    }
}
