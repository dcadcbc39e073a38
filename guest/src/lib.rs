//! .
mod bindings {
    #![allow(missing_docs)]
    wit_bindgen::generate!({ path: ["../wit/types", "../wit/rules"], world: "slotledger:rules/rules", generate_all, additional_derives: [PartialEq, Eq, serde::Serialize, serde::Deserialize] });
}
