//! Service units: rooms, vehicles, equipment.

use super::masters::Resource;
use crate::model::Unit;

impl Resource for Unit {
    const PATH: &'static str = "/api/v1/units";
    const ONE: &'static str = "a service unit";
    const MANY: &'static str = "units";
}
