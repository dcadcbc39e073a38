//! The diary from outside: who can book what, when, and what becomes of it. Each scenario is played on every engine.

mod calendars;
mod cases;
mod changes;
mod classes;
mod clocks;
mod conflicts;
mod deposits;
mod leave;
mod races;
mod reports;
mod searches;
mod units;
mod work;
