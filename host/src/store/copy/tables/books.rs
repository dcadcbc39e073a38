//! What the books are asked for, how they are called there, and what was found to differ.

use super::{Column, Kind, Table, column, id, integer, json, numbered, table, text};

pub(super) const TABLES: &[Table] = &[
    numbered(
        "delivery",
        &[
            integer("id"),
            text("key"),
            id("appointment"),
            id("company"),
            json("posting"),
            column(Kind::Words, "after_keys"),
            text("state"),
            integer("attempts"),
            instant!("next_attempt"),
            text("lease_owner"),
            instant!("lease_until"),
            json("failure"),
            json("document"),
            instant!("created"),
            instant!("finished"),
            column(Kind::Flag, "adopted"),
            integer("repairs"),
        ],
    ),
    Table {
        key: 2,
        ..table(
            "delivery_attempt",
            &[
                integer("delivery"),
                integer("number"),
                instant!("started"),
                instant!("finished"),
                text("class"),
                text("reason"),
                text("message"),
                column(Kind::Flag, "adopted"),
            ],
        )
    },
    Table {
        key: 2,
        ..table(
            "repair_act",
            &[
                integer("delivery"),
                integer("number"),
                Column { sqlite: "at_us", postgres: "acted_at", kind: Kind::Instant },
                text("actor"),
                text("act"),
                text("reason"),
                json("details"),
            ],
        )
    },
    table(
        "erp_connection",
        &[
            text("name"),
            text("product"),
            text("version"),
            text("company"),
            text("currency"),
            instant!("checked"),
            text("state"),
            instant!("since"),
            instant!("until"),
            text("message"),
        ],
    ),
    numbered(
        "erp_mapping",
        &[
            integer("id"),
            text("connection"),
            text("kind"),
            text("code"),
            text("theirs"),
            text("note"),
            text("actor"),
            Column { sqlite: "at_us", postgres: "mapped_at", kind: Kind::Instant },
        ],
    ),
    Table {
        key: 3,
        ..table(
            "erp_record",
            &[
                text("connection"),
                text("kind"),
                text("code"),
                text("name"),
                text("unit"),
                column(Kind::Flag, "stocked"),
                text("price"),
                column(Kind::Flag, "active"),
                instant!("found"),
            ],
        )
    },
    numbered(
        "reconcile_run",
        &[
            integer("id"),
            id("company"),
            text("from_day"),
            text("to_day"),
            text("only_key"),
            column(Kind::Flag, "nightly"),
            text("actor"),
            instant!("asked"),
            text("state"),
            text("lease_owner"),
            instant!("lease_until"),
            instant!("finished"),
            integer("compared"),
            integer("listed"),
            integer("by_hand"),
            text("message"),
        ],
    ),
    numbered(
        "finding",
        &[
            integer("id"),
            id("company"),
            text("connection"),
            text("kind"),
            text("subject"),
            integer("delivery"),
            text("day"),
            text("words"),
            json("details"),
            text("state"),
            instant!("found"),
            instant!("seen"),
            instant!("closed"),
        ],
    ),
    Table {
        key: 2,
        ..table(
            "finding_act",
            &[
                integer("finding"),
                integer("number"),
                Column { sqlite: "at_us", postgres: "acted_at", kind: Kind::Instant },
                text("actor"),
                text("act"),
                text("reason"),
            ],
        )
    },
];
