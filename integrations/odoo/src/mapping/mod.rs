//! Documents to rows and records to documents: pure, no call is made here.
//!
//! Invariant: numbers are sent as text and read from the digits Odoo wrote; no float is between. What Odoo computed is
//! rounded to the currency, because Odoo answers 10.489999999999995 where it means 10.49.

mod company;
mod documents;
mod fields;
mod keys;
mod numbers;
mod records;
mod rows;
#[cfg(test)]
mod tests;
mod values;

pub(crate) use company::{Company, CompanyRecord, Currencies, Currency, CurrencyRecord, UserRecord, Version};
pub(crate) use documents::{
    advance, commission, invoice, order, order_amendment, order_cancellation, stock_movement,
};
pub(crate) use fields::{Access, Cost, Fields, Stocked};
pub(crate) use keys::{is_key, key_in};
pub(crate) use numbers::{Link, Number, lenient_date, optional};
pub(crate) use records::{
    Digits, Id, Journal, LineTaxes, Move, MoveLine, MoveState, OpenLine, Order, OrderLine, OrderState,
    Partial, Party, Payment, PaymentState, Picking, PickingState, PickingTypeRecord, Product, StockMove,
    Warehouse,
};
pub(crate) use rows::Rows;
pub(crate) use values::{
    Billed, InvoiceHead, Movement, OrderHead, PaymentHead, PickingHead, amended, amended_origin,
    commission_rows, credit_rows, invoice_rows, number, order_commands, order_rows, origin, party_rows,
    payment_rows, picking_rows, same_lines, when,
};
