//! What was noted and photographed at visits.

use super::{Column, HEAVY, Kind, Table, column, id, integer, table, text};

pub(super) const TABLES: &[Table] = &[
    table(
        "visit_note",
        &[id("id"), id("appointment"), text("actor"), id("by_id"), text("text"), instant!("written")],
    ),
    table(
        "visit_photo",
        &[
            id("id"),
            id("appointment"),
            text("actor"),
            id("by_id"),
            integer("width"),
            integer("height"),
            integer("bytes"),
            text("sha256"),
            instant!("taken"),
            instant!("removed"),
            id("remover_id"),
        ],
    ),
    Table {
        page: HEAVY,
        ..table("visit_picture", &[id("photo"), column(Kind::Bytes, "large"), column(Kind::Bytes, "small")])
    },
];
