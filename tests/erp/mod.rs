//! Documents in the books, whatever happens on the way.

mod connect;
mod faults;
mod kill;
mod ledger;
mod odoo;
mod reconcile;
mod repair;
mod scenarios;
mod tryton;
