//! Documents as the API shows them. Their own types belong to a crate that knows no schemas.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Serialize;
use slotledger_erp::{Document, Kind, State};
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};

use crate::model::delivery::document_kind;

/// A document as the books hold it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Document)]
pub(super) struct DocumentView {
    /// What it is.
    #[schema(schema_with = document_kind)]
    kind: Kind,
    /// Our key, as found in the books.
    key: String,
    /// The identifier the ERP needs to fetch it again.
    reference: String,
    /// The number a person reads on it.
    number: String,
    /// How firmly it stands.
    #[schema(schema_with = state)]
    state: State,
    /// ISO 4217 code; of a stock movement the currency it is valued in.
    currency: String,
    /// Net amount; of a stock movement its cost value.
    #[schema(value_type = String, pattern = r"^-?\d+(\.\d+)?$")]
    net: Decimal,
    /// Tax.
    #[schema(value_type = String, pattern = r"^-?\d+(\.\d+)?$")]
    tax: Decimal,
    /// Net amount and tax.
    #[schema(value_type = String, pattern = r"^-?\d+(\.\d+)?$")]
    total: Decimal,
    /// Of an invoice, what advances have settled of the total; of an advance, what of it was settled or paid back.
    #[schema(value_type = Option<String>, pattern = r"^-?\d+(\.\d+)?$")]
    settled: Option<Decimal>,
    /// The day it belongs to.
    date: Option<NaiveDate>,
    /// Our code of its party, as found in the books.
    party: Option<String>,
    /// The quantities of its lines, added up.
    #[schema(value_type = Option<String>, pattern = r"^-?\d+(\.\d+)?$")]
    quantity: Option<Decimal>,
}

/// A document as the API shows it.
pub(super) fn view(document: Document) -> DocumentView {
    DocumentView {
        kind: document.kind,
        key: document.key.to_string(),
        reference: document.reference,
        number: document.number,
        state: document.state,
        currency: document.currency,
        net: document.net,
        tax: document.tax,
        total: document.total,
        settled: document.settled,
        date: document.date,
        party: document.party,
        quantity: document.quantity,
    }
}

fn state() -> Object {
    let states = ["draft", "submitted", "posted", "cancelled", "closed"];
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(states)).build()
}
