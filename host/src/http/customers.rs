//! Customers: who is served.

use super::masters::Resource;
use crate::model::Customer;

impl Resource for Customer {
    const PATH: &'static str = "/api/v1/customers";
    const ONE: &'static str = "a customer";
    const MANY: &'static str = "customers";
}
