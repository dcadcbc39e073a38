//! The host of Slotledger: it stores, sends and shows. What may be booked is decided by the rules component.
//!
//! Data flows one way: [`http`] → [`app`] → [`wasm`] (decides) → [`store`] (one transaction) → [`relay`] → connector.

pub mod app;
pub mod cli;
pub mod clock;
pub mod codes;
pub mod config;
pub mod connections;
pub mod extension;
pub mod faults;
pub mod http;
pub mod languages;
pub mod model;
pub mod openid;
pub mod relay;
pub mod store;
pub mod wasm;
