//! What is read: the fields of ERPNext's documents that this connector knows.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer};
use slotledger_erp::State;

use super::Exact;

/// A document type that carries our key.
pub(crate) trait Keyed {
    const DOCTYPE: &str;
    fn name(&self) -> &str;
    fn docstatus(&self) -> u8;
    /// When it was changed last, as ERPNext writes it.
    fn modified(&self) -> &str;
}

macro_rules! keyed {
    ($($record:ty: $doctype:literal),+) => {
        $(impl Keyed for $record {
            const DOCTYPE: &str = $doctype;
            fn name(&self) -> &str {
                &self.name
            }
            fn docstatus(&self) -> u8 {
                self.docstatus
            }
            fn modified(&self) -> &str {
                &self.modified
            }
        })+
    };
}

keyed!(Order: "Sales Order", Invoice: "Sales Invoice", StockEntry: "Stock Entry", Payment: "Payment Entry");

/// Null counts as nothing.
fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

/// The name of a document that was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Named {
    pub(crate) name: String,
}

/// The company that documents are made in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Company {
    pub(crate) name: String,
    pub(crate) abbr: String,
    pub(crate) default_currency: String,
    pub(crate) default_cash_account: Option<String>,
    pub(crate) default_bank_account: Option<String>,
}

/// A customer.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Customer {
    pub(crate) name: String,
    pub(crate) slotledger_code: Option<String>,
}

/// Who sold something.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct SalesPerson {
    pub(crate) name: String,
    #[serde(deserialize_with = "or_default")]
    pub(crate) enabled: u8,
}

/// One tax of a document or a template.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct Tax {
    pub(crate) charge_type: String,
    pub(crate) row_id: Option<String>,
    pub(crate) account_head: String,
    pub(crate) description: String,
    pub(crate) rate: Exact,
    pub(crate) tax_amount: Exact,
    pub(crate) cost_center: Option<String>,
}

/// One share of a sale.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct TeamRow {
    pub(crate) name: String,
    pub(crate) sales_person: String,
    pub(crate) allocated_percentage: Exact,
    pub(crate) allocated_amount: Exact,
    pub(crate) commission_rate: Exact,
    pub(crate) incentives: Exact,
    pub(crate) slotledger_key: Option<String>,
}

/// An order.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Order {
    pub(crate) name: String,
    pub(crate) docstatus: u8,
    pub(crate) status: String,
    pub(crate) modified: String,
    pub(crate) customer: String,
    pub(crate) currency: String,
    pub(crate) conversion_rate: Exact,
    pub(crate) transaction_date: Option<NaiveDate>,
    pub(crate) delivery_date: Option<NaiveDate>,
    pub(crate) total_qty: Exact,
    pub(crate) total_taxes_and_charges: Exact,
    pub(crate) grand_total: Exact,
    pub(crate) discount_amount: Exact,
    pub(crate) advance_paid: Exact,
    pub(crate) per_billed: Exact,
    pub(crate) items: Vec<OrderRow>,
    pub(crate) taxes: Vec<Tax>,
    pub(crate) sales_team: Vec<TeamRow>,
    pub(crate) slotledger_amendments: Option<String>,
    pub(crate) slotledger_discounts: Option<String>,
}

impl Order {
    pub(crate) fn state(&self) -> State {
        match (self.docstatus, self.status.as_str()) {
            (0, _) => State::Draft,
            (2, _) => State::Cancelled,
            (_, "Closed") => State::Closed,
            (_, _) => State::Submitted,
        }
    }

    /// Whether an amendment with this key was made.
    pub(crate) fn was_amended(&self, key: &str) -> bool {
        self.slotledger_amendments.as_deref().unwrap_or_default().lines().any(|line| line == key)
    }

    /// The row of a line that was asked for: lines that take something off the whole have none.
    pub(crate) fn row(&self, line: u32) -> Option<&OrderRow> {
        let off = self.slotledger_discounts.as_deref().unwrap_or_default();
        let off: Vec<u32> = off.split(',').filter_map(|at| at.trim().parse().ok()).collect();
        if off.contains(&line) {
            return None;
        }
        let before = off.iter().filter(|at| **at < line).count();
        self.items.get(usize::try_from(line).ok()?.checked_sub(before)?)
    }
}

/// One line of an order.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct OrderRow {
    pub(crate) name: String,
    pub(crate) item_code: String,
    pub(crate) qty: Exact,
    pub(crate) rate: Exact,
    pub(crate) amount: Exact,
    pub(crate) billed_amt: Exact,
    pub(crate) delivery_date: Option<NaiveDate>,
}

/// An invoice or a credit note.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Invoice {
    pub(crate) name: String,
    pub(crate) docstatus: u8,
    pub(crate) modified: String,
    pub(crate) customer: String,
    pub(crate) currency: String,
    pub(crate) posting_date: Option<NaiveDate>,
    pub(crate) is_return: u8,
    pub(crate) return_against: Option<String>,
    pub(crate) total_qty: Exact,
    pub(crate) total_taxes_and_charges: Exact,
    pub(crate) grand_total: Exact,
    pub(crate) amount_eligible_for_commission: Exact,
    pub(crate) sales_team: Vec<TeamRow>,
    pub(crate) advances: Vec<AdvanceRow>,
}

impl Invoice {
    pub(crate) fn state(&self) -> State {
        posted(self.docstatus)
    }

    /// What advances have settled of it.
    pub(crate) fn settled(&self) -> Decimal {
        self.advances.iter().map(|row| row.allocated_amount.0).sum()
    }
}

/// An advance on an invoice.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct AdvanceRow {
    pub(crate) allocated_amount: Exact,
}

/// A movement of stock.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct StockEntry {
    pub(crate) name: String,
    pub(crate) docstatus: u8,
    pub(crate) modified: String,
    pub(crate) purpose: String,
    pub(crate) posting_date: Option<NaiveDate>,
    pub(crate) total_outgoing_value: Exact,
    pub(crate) total_incoming_value: Exact,
    pub(crate) items: Vec<StockRow>,
}

impl StockEntry {
    pub(crate) fn state(&self) -> State {
        posted(self.docstatus)
    }
}

/// One line of a movement of stock.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct StockRow {
    pub(crate) item_code: String,
    pub(crate) qty: Exact,
    pub(crate) uom: String,
    pub(crate) s_warehouse: Option<String>,
    pub(crate) t_warehouse: Option<String>,
    pub(crate) basic_rate: Exact,
}

/// A payment, received or made.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Payment {
    pub(crate) name: String,
    pub(crate) docstatus: u8,
    pub(crate) modified: String,
    pub(crate) payment_type: String,
    pub(crate) party: String,
    pub(crate) posting_date: Option<NaiveDate>,
    pub(crate) paid_from: String,
    pub(crate) paid_to: String,
    pub(crate) paid_from_account_currency: String,
    pub(crate) paid_to_account_currency: String,
    pub(crate) paid_amount: Exact,
    pub(crate) received_amount: Exact,
    pub(crate) source_exchange_rate: Exact,
    pub(crate) unallocated_amount: Exact,
    pub(crate) slotledger_key: Option<String>,
    pub(crate) references: Vec<PaymentRow>,
}

impl Payment {
    pub(crate) fn state(&self) -> State {
        posted(self.docstatus)
    }

    /// The amount on the customer's side, and its currency.
    pub(crate) fn amount(&self) -> (Decimal, &str) {
        match self.payment_type.as_str() {
            "Pay" => (self.received_amount.0, &self.paid_to_account_currency),
            _ => (self.paid_amount.0, &self.paid_from_account_currency),
        }
    }
}

/// What a payment is allocated to.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct PaymentRow {
    pub(crate) name: String,
    pub(crate) reference_doctype: String,
    pub(crate) reference_name: String,
    pub(crate) allocated_amount: Exact,
}

/// What is owed on an invoice.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct Owed {
    pub(crate) name: String,
    pub(crate) outstanding_amount: Exact,
}

fn posted(docstatus: u8) -> State {
    match docstatus {
        0 => State::Draft,
        1 => State::Posted,
        _ => State::Cancelled,
    }
}
