//! Several appointments at once from outside: bookings of several, series, and the waitlist. Each scenario is played on
//! every engine.

mod series;
mod several;
mod versions;
mod waitlist;
