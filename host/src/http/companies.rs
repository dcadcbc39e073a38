//! Companies: who sells.

use super::masters::Resource;
use crate::model::Company;

impl Resource for Company {
    const PATH: &'static str = "/api/v1/companies";
    const ONE: &'static str = "a company";
    const MANY: &'static str = "companies";

    fn books(&self) -> Option<&str> {
        Some(&self.erp)
    }
}
