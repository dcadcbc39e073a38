//! What there is to copy.
//!
//! Invariant: every table of both schemas stands here, each after those it refers to, with every column but the
//! [`DERIVED`] ones; tests compare. A table that is new in the schemas is one entry more.

/// How a column's value is kept by the engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A UUID.
    Id,
    Text,
    Integer,
    Flag,
    /// Microseconds, or a `timestamptz`.
    Instant,
    Json,
    /// A JSON array of strings, or a `text[]`.
    Words,
    Bytes,
}

/// A column, by its name in each engine.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    pub(super) sqlite: &'static str,
    pub(super) postgres: &'static str,
    pub(super) kind: Kind,
}

/// A table.
#[derive(Debug)]
pub(super) struct Table {
    /// Its name in SQLite, and in what a person is told.
    pub(super) name: &'static str,
    /// Its name in PostgreSQL.
    pub(super) postgres: &'static str,
    /// How many columns, from the first, are its key.
    pub(super) key: usize,
    /// Whether the key is a number that the engine gives.
    pub(super) numbered: bool,
    pub(super) columns: &'static [Column],
}

/// Columns that triggers keep, and that are derived anew. Those that only one engine has are among them.
#[cfg(test)]
pub(super) const DERIVED: [(&str, &str); 2] =
    [("delivery", "blocked_by"), ("delivery", "prerequisites_left")];

const fn column(kind: Kind, name: &'static str) -> Column {
    Column { sqlite: name, postgres: name, kind }
}

const fn id(name: &'static str) -> Column {
    column(Kind::Id, name)
}

const fn text(name: &'static str) -> Column {
    column(Kind::Text, name)
}

const fn integer(name: &'static str) -> Column {
    column(Kind::Integer, name)
}

const fn json(name: &'static str) -> Column {
    column(Kind::Json, name)
}

/// `start` is `start_us` in SQLite and `start_at` in PostgreSQL.
macro_rules! instant {
    ($name:literal) => {
        Column { sqlite: concat!($name, "_us"), postgres: concat!($name, "_at"), kind: Kind::Instant }
    };
}

const fn table(name: &'static str, columns: &'static [Column]) -> Table {
    Table { name, postgres: name, key: 1, numbered: false, columns }
}

const fn numbered(name: &'static str, columns: &'static [Column]) -> Table {
    Table { numbered: true, ..table(name, columns) }
}

/// Every table.
pub(super) const ALL: &[Table] = &[
    Table {
        // PostgreSQL keeps the last number apart, and shows both together in this view.
        postgres: "numbered_company",
        ..table("company", &[id("id"), integer("catalog_version"), integer("last_number")])
    },
    table(
        "record",
        &[
            id("id"),
            text("kind"),
            id("company"),
            text("name"),
            column(Kind::Flag, "active"),
            integer("version"),
            instant!("updated"),
            json("data"),
        ],
    ),
    table("booking", &[id("id"), id("company"), id("customer"), instant!("created"), json("details")]),
    table("series", &[id("id"), id("company"), instant!("created"), json("details")]),
    table(
        "appointment",
        &[
            id("id"),
            id("company"),
            id("branch"),
            id("service"),
            id("customer"),
            id("provider"),
            id("case_id"),
            id("booking"),
            id("series"),
            text("name"),
            text("status"),
            integer("revision"),
            instant!("start"),
            instant!("end"),
            instant!("reserved_start"),
            instant!("reserved_end"),
            instant!("hold_until"),
            instant!("invoice_after"),
            id("predecessor"),
            id("successor"),
            instant!("created"),
            instant!("updated"),
            json("details"),
        ],
    ),
    table(
        "component",
        &[
            text("digest"),
            text("name"),
            text("version"),
            json("description"),
            column(Kind::Bytes, "bytes"),
            text("origin"),
            text("signer"),
            text("actor"),
            instant!("installed"),
        ],
    ),
    numbered(
        "extension_change",
        &[
            integer("id"),
            id("company"),
            text("extension"),
            text("digest"),
            text("what"),
            json("data"),
            text("actor"),
            instant!("changed"),
        ],
    ),
    numbered(
        "decision",
        &[
            integer("id"),
            id("company"),
            id("appointment"),
            text("point"),
            text("outcome"),
            text("digest"),
            integer("fuel"),
            column(Kind::Bytes, "record"),
            instant!("decided"),
        ],
    ),
    numbered(
        "extension_answer",
        &[
            integer("id"),
            integer("decision"),
            integer("place"),
            id("company"),
            id("appointment"),
            text("extension"),
            text("digest"),
            text("hook"),
            text("mode"),
            text("outcome"),
            integer("fuel"),
            instant!("asked"),
        ],
    ),
    table(
        "claim",
        &[
            id("appointment"),
            id("provider"),
            instant!("start"),
            instant!("end"),
            text("visit"),
            integer("guests"),
            integer("seats"),
        ],
    ),
    Table {
        key: 2,
        ..table(
            "unit_claim",
            &[id("appointment"), id("unit"), instant!("start"), instant!("end"), text("visit")],
        )
    },
    Table {
        key: 2,
        ..table("busy", &[id("resource"), integer("day"), column(Kind::Bytes, "layers"), integer("minutes")])
    },
    table(
        "waitlist",
        &[
            id("id"),
            id("company"),
            id("service"),
            id("customer"),
            instant!("from"),
            instant!("to"),
            text("state"),
            id("appointment"),
            instant!("created"),
            instant!("updated"),
            json("details"),
        ],
    ),
    numbered(
        "freed",
        &[
            integer("id"),
            id("company"),
            id("provider"),
            instant!("start"),
            instant!("end"),
            text("lease_owner"),
            instant!("lease_until"),
        ],
    ),
    numbered(
        "event",
        &[
            integer("id"),
            id("appointment"),
            integer("revision"),
            Column { sqlite: "at_us", postgres: "happened_at", kind: Kind::Instant },
            text("actor"),
            text("name"),
            text("message"),
            text("from_status"),
            text("to_status"),
            text("rules_digest"),
            json("attributes"),
            id("by_id"),
        ],
    ),
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
    table("signature", &[id("appointment"), integer("revision"), text("name"), instant!("signed")]),
];
