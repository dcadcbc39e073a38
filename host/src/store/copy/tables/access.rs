//! Answers that are given again, and who may do what.

use super::{Column, Kind, Table, column, id, integer, json, numbered, table, text};

pub(super) const TABLES: &[Table] = &[
    table(
        "answer",
        &[
            text("key"),
            text("fingerprint"),
            integer("status"),
            text("body"),
            Column { sqlite: "at_us", postgres: "given_at", kind: Kind::Instant },
        ],
    ),
    table(
        "api_key",
        &[
            id("id"),
            text("hash"),
            text("label"),
            json("grants"),
            json("scopes"),
            instant!("created"),
            instant!("expires"),
            instant!("used"),
            instant!("revoked"),
        ],
    ),
    table(
        "account",
        &[
            id("id"),
            text("login"),
            text("name"),
            text("password"),
            json("grants"),
            column(Kind::Flag, "active"),
            integer("version"),
            instant!("created"),
            instant!("updated"),
        ],
    ),
    table(
        "session",
        &[
            id("id"),
            id("account"),
            text("hash"),
            text("agent"),
            instant!("created"),
            instant!("used"),
            instant!("expires"),
        ],
    ),
    table("invitation", &[text("hash"), id("account"), instant!("created"), instant!("expires")]),
    table("account_identity", &[text("issuer"), text("subject"), id("account"), instant!("created")]),
    table("saved_view", &[id("id"), id("account"), text("name"), text("query"), instant!("created")]),
    table("login_attempt", &[text("subject"), integer("failures"), instant!("tried"), instant!("blocked")]),
    numbered(
        "account_event",
        &[
            integer("id"),
            Column { sqlite: "at_us", postgres: "happened_at", kind: Kind::Instant },
            text("actor"),
            text("name"),
            id("subject"),
            text("message"),
        ],
    ),
    table("signing_secret", &[text("name"), column(Kind::Bytes, "bytes"), instant!("created")]),
    table(
        "signature",
        &[id("appointment"), integer("revision"), text("name"), text("drawing"), instant!("signed")],
    ),
];
