//! Cases: what appointments are about.

use super::masters::Resource;
use crate::model::Case;

impl Resource for Case {
    const PATH: &'static str = "/api/v1/cases";
    const ONE: &'static str = "a case";
    const MANY: &'static str = "cases";
}
