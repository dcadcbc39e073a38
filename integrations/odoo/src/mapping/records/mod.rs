//! Odoo's records as this connector reads them: the fields asked for, and their shape.
//!
//! Invariant: a state that is not known here is an error, never taken for another one. Aliases are the names that other
//! versions have for the same.

mod entries;
mod master;
mod sales;
mod stock;

pub(crate) use entries::{Journal, Move, MoveLine, MoveState, OpenLine, Partial, Payment, PaymentState};
pub(crate) use master::{Digits, Id, Party, Product};
pub(crate) use sales::{LineTaxes, Order, OrderLine, OrderState};
pub(crate) use stock::{Picking, PickingState, PickingTypeRecord, StockMove, Warehouse};
