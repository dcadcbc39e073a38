//! Documents as the API shows them. Their own types belong to a crate that knows no schemas.

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
}

/// A document as the API shows it.
pub(super) fn view(document: Document) -> DocumentView {
    let Document { kind, key, reference, number, state, currency, net, tax, total } = document;
    DocumentView { kind, key: key.to_string(), reference, number, state, currency, net, tax, total }
}

fn state() -> Object {
    let states = ["draft", "submitted", "posted", "cancelled"];
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(states)).build()
}
