//! Branches: where services are performed.

use super::masters::Resource;
use crate::model::Branch;

impl Resource for Branch {
    const PATH: &'static str = "/api/v1/branches";
    const ONE: &'static str = "a branch";
    const MANY: &'static str = "branches";
}
