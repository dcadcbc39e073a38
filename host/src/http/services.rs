//! Services: what is sold.

use super::masters::Resource;
use crate::model::Service;

impl Resource for Service {
    const PATH: &'static str = "/api/v1/services";
    const ONE: &'static str = "a service";
    const MANY: &'static str = "services";
}
