//! Extensions: components of third parties that have a say in decisions.

use super::masters::Resource;
use crate::model::Extension;

impl Resource for Extension {
    const PATH: &'static str = "/api/v1/extensions";
    const ONE: &'static str = "an extension in use";
    const MANY: &'static str = "extensions";
}
