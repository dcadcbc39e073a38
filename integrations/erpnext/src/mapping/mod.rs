//! Documents to bodies and records to documents: pure, no request is made here.
//!
//! Invariant: amounts cross by their digits in both directions.

mod documents;
mod exact;
mod records;
#[cfg(test)]
mod tests;
mod values;

pub(crate) use documents::{commission, invoice, money, order, payment, stock};
pub(crate) use exact::Exact;
pub(crate) use records::{
    Company, Customer, Invoice, Keyed, Named, Order, OrderRow, Owed, Payment, PaymentRow, SalesPerson,
    StockEntry, StockRow, Tax, TeamRow,
};
pub(crate) use values::{
    ChangedRow, NewAdvanceRow, NewInvoice, NewPayment, NewPaymentRow, SaleRow, TeamShare, Terms,
    amended_rows, customer, discount, discounts, issue, order as new_order, receipt, sale_rows, same_rows,
    share, sold, taken_off, tax_rows, visit, visit_day,
};
