//! Documents to bodies and records to documents: pure, no request is made here.
//!
//! Invariant: amounts cross by their digits in both directions.

mod customers;
mod documents;
mod exact;
mod movements;
mod records;
#[cfg(test)]
mod tests;
mod values;

pub(crate) use customers::customer;
pub(crate) use documents::{commission, invoice, money, moved, order, payment, stock};
pub(crate) use exact::Exact;
pub(crate) use movements::{issue, receipt};
pub(crate) use records::{
    Company, Customer, Invoice, Keyed, Named, Order, OrderRow, Owed, Payment, PaymentRow, SalesPerson,
    StockEntry, StockRow, Tax, TeamRow,
};
pub(crate) use values::{
    ChangedRow, NewAdvanceRow, NewInvoice, NewPayment, NewPaymentRow, SaleRow, TeamShare, Terms,
    amended_rows, discount, discounts, order as new_order, sale_rows, same_rows, share, sold, taken_off,
    tax_rows, visit, visit_day,
};
