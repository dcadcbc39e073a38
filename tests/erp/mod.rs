//! Documents in the books, whatever happens on the way.

mod kill;
mod ledger;
mod reconcile;
mod repair;
mod tryton;
