//! How a company keeps its books, and the coupons that it gives out.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, OneOfBuilder, Schema, Type};

use super::{AppointmentId, ServiceId};

/// What becomes of the order of a visit that is moved, or given to another provider.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderChange {
    /// It stands, with other dates and lines.
    #[default]
    Amend,
    /// It is withdrawn, and another one made. An order that several appointments share is amended all the same.
    Replace,
}

/// Whether a deposit is paid back once its appointment is called off or nobody was there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DepositRefund {
    /// It is, whenever that happens.
    Always,
    /// It is kept, and pays the fee if there is one.
    Never,
    /// It is, unless the customer calls off inside the cut-off or is not there.
    #[default]
    OutsideCutoff,
}

/// What is invoiced together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Invoicing {
    /// Each appointment by itself, once it is completed.
    Appointment,
    /// All appointments of a booking, once none of them is left to be done.
    #[default]
    Booking,
    /// What was done for a customer from Monday to Sunday, once the week is over.
    CustomerWeek,
    /// What was done for a customer in a month, once the month is over.
    CustomerMonth,
}

/// Whether an invoice has its effect at once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceFinish {
    /// It is posted.
    #[default]
    Posted,
    /// It is left as a draft, for an accountant to post.
    Draft,
}

/// The day that documents are dated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PostingDate {
    /// The day on which what they document happened, by the company's clock. If the books are closed for it, the document
    /// is parked.
    #[default]
    DayOfEvent,
    /// That day, or the first after `books_closed_until`.
    NextOpenDay,
}

/// How a company keeps its books. An appointment is held to what was in force when it was confirmed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PostingPolicy {
    /// What becomes of the order of a visit that is moved.
    pub on_reschedule: OrderChange,
    /// Whether deposits are paid back.
    pub deposit_refund: DepositRefund,
    /// What is invoiced together.
    pub invoicing: Invoicing,
    /// Whether invoices are posted.
    pub invoices: InvoiceFinish,
    /// How documents are dated.
    pub posting_date: PostingDate,
}

/// What a coupon takes off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum CouponValue {
    /// So much, net, in the company's currency, and no more than the price.
    Amount(Decimal),
    /// So many percent of the net price.
    Percent(Decimal),
}

/// The JSON Schema of a coupon's value: one of the two, with the digits it may have.
fn coupon_value() -> Schema {
    let value = |name: &str, digits: &str| {
        let number = ObjectBuilder::new().schema_type(Type::String).pattern(Some(digits));
        ObjectBuilder::new()
            .schema_type(Type::Object)
            .property(name, number)
            .required(name)
            .additional_properties(Some(AdditionalProperties::FreeForm(false)))
    };
    let either = OneOfBuilder::new()
        .item(value("amount", r"^\d{1,12}(\.\d{1,6})?$"))
        .item(value("percent", r"^\d{1,2}(\.\d{1,6})?$"))
        .build();
    Schema::OneOf(either)
}

/// A lower price for whoever names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Coupon {
    /// What the customer names; upper and lower case are alike.
    #[schema(min_length = 1, max_length = 100)]
    pub code: String,
    /// What it takes off: `{"amount": "10.00"}` or `{"percent": "15"}`.
    #[schema(schema_with = coupon_value)]
    pub value: CouponValue,
    /// The item's code in the books that the line taking it off is booked as.
    #[schema(min_length = 1, max_length = 100)]
    pub item: String,
    /// It is accepted from then on; none means since ever.
    #[serde(default)]
    pub valid_from: Option<DateTime<Utc>>,
    /// It is accepted before then; none means for ever.
    #[serde(default)]
    pub valid_until: Option<DateTime<Utc>>,
    /// The services it is accepted for; none named means all.
    #[serde(default)]
    #[schema(max_items = 500)]
    pub services: Vec<ServiceId>,
}

/// A document that an appointment asked for and that is about others of its booking too, or about one of them alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SharedDocument {
    /// Its key.
    pub key: String,
    /// The appointments that it is about, in the order of its lines.
    pub parts: Vec<DocumentPart>,
}

/// An appointment's part of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DocumentPart {
    /// The appointment.
    pub appointment: AppointmentId,
    /// How many of its lines are the appointment's.
    pub lines: u32,
}
