//! Documents in the books, whatever happens on the way.

mod connect;
mod kill;
mod ledger;
mod reconcile;
mod repair;
mod tryton;
