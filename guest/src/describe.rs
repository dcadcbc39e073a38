//! What the component says of itself.

use crate::wit::Description;

/// Names the component, its version and the contract it was built for.
#[must_use]
pub fn describe() -> Description {
    Description {
        id: "slotledger.rules.core".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        wit_version: "0.1.0".to_owned(),
        summary: "Books service appointments: slots, lifecycle, prices and the documents that follow."
            .to_owned(),
    }
}
