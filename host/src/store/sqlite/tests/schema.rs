//! What the schema refuses, whoever asks, and which way its statements go.

use std::sync::Arc;

use sqlx::migrate::Migrator;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Row};
use tempfile::TempDir;

use super::{file, opened};
use crate::model::ExtensionAct;
use crate::store::conformance::house::furnish;
use crate::store::sqlite::{MIGRATIONS, Sqlite};
use crate::store::{Extensions as _, SharedStore};

/// A furnished database.
async fn furnished() -> (TempDir, Sqlite) {
    let (directory, path) = file();
    let store = Sqlite::open(&path).await.expect("a new database");
    furnish(&(Arc::new(store.clone()) as SharedStore)).await;
    (directory, store)
}

/// What a statement that someone types into the database is told.
async fn told(store: &Sqlite, statement: &str) -> Option<String> {
    let error = sqlx::query(AssertSqlSafe(statement)).execute(&store.writer).await.err()?;
    Some(error.as_database_error().expect("the database refuses").message().to_owned())
}

/// The tables, indexes and triggers.
async fn shape(store: &Sqlite) -> Vec<(String, String)> {
    let query = "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name";
    sqlx::query_as(query).fetch_all(&store.writer).await.expect("a list")
}

/// The migration that lets a company use an extension once; it builds on all before it.
const ONE_USE: i64 = 16;

#[tokio::test]
async fn of_several_uses_of_an_extension_the_last_one_stays() {
    let (_directory, path) = file();
    let early = MIGRATIONS.iter().filter(|one| one.version < ONE_USE).cloned().collect();
    let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let mut connection = options.connect().await.expect("a new database");
    Migrator::with_migrations(early).run_direct(None, &mut connection, false).await.expect("it is migrated");
    let company = "INSERT INTO company VALUES ('01900000-0000-7000-8000-000000000001', 1, 0)";
    sqlx::query(company).execute(&mut connection).await.expect("a row");
    for (n, active, changed) in [(2, 1, 7), (3, 1, 9), (4, 1, 8), (5, 0, 10)] {
        let used = format!(
            "INSERT INTO record VALUES ('01900000-0000-7000-8000-00000000000{n}', 'extension',
             '01900000-0000-7000-8000-000000000001', 'a', {active}, 1, {changed}, '{{\"digest\": \"d\", \"active\": true}}')"
        );
        sqlx::query(AssertSqlSafe(used)).execute(&mut connection).await.expect("a row");
    }
    connection.close().await.expect("it is closed");
    let store = Sqlite::open(&path).await.expect("it is brought up to date");
    let uses = "SELECT active, version, data ->> 'active' FROM record ORDER BY id";
    let uses: Vec<(i64, i64, i64)> = sqlx::query_as(uses).fetch_all(&store.readers).await.expect("a list");
    assert_eq!(uses, [(0, 2, 0), (1, 1, 1), (0, 2, 0), (0, 1, 1)]);
    let catalog: i64 = sqlx::query_scalar("SELECT catalog_version FROM company")
        .fetch_one(&store.readers)
        .await
        .expect("one");
    assert_eq!(catalog, 2);
    let changes = store.extension_changes(&Default::default(), None, 10).await.expect("a list");
    let told: Vec<_> = changes.iter().map(|one| (one.what, one.by.as_deref())).collect();
    assert_eq!(told, [(ExtensionAct::Changed, Some("migration")); 2]);
    store.close().await;
}

#[tokio::test]
async fn a_database_that_later_migrations_reached_first_gets_those_left_out() {
    const DECISIONS: i64 = 12;
    let (_fresh, whole) = furnished().await;
    let (_directory, path) = file();
    let early = |version| version != DECISIONS && version < ONE_USE;
    let early = MIGRATIONS.iter().filter(|one| early(one.version)).cloned().collect();
    let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let mut connection = options.connect().await.expect("a new database");
    let early = Migrator::with_migrations(early);
    early.run_direct(None, &mut connection, false).await.expect("it is migrated");
    let company = "INSERT INTO company VALUES ('01900000-0000-7000-8000-000000000001', 1, 0)";
    let component =
        "INSERT INTO component VALUES (printf('%064d', 1), 'a', '1', '{}', x'00', 'a file', NULL, 'ada', 1)";
    let used = "INSERT INTO record VALUES ('01900000-0000-7000-8000-000000000002', 'extension',
        '01900000-0000-7000-8000-000000000001', 'a', 1, 1, 2, '{\"digest\": \"d\"}')";
    let said = "INSERT INTO extension_answer (company, extension, digest, hook, mode, outcome, fuel, input, answer, asked_us)
        VALUES ('01900000-0000-7000-8000-000000000001', 'a', 'd', 'hold', 'audit', 'silent', 1, '{}', '{}', 1)";
    for statement in [company, component, used, said] {
        sqlx::query(statement).execute(&mut connection).await.expect("a row");
    }
    connection.close().await.expect("it is closed");
    let store = Sqlite::open(&path).await.expect("it is brought up to date");
    assert_eq!(shape(&store).await, shape(&whole).await);
    let changes = store.extension_changes(&Default::default(), None, 10).await.expect("a list");
    let told: Vec<_> = changes.iter().map(|one| (one.what, one.by.as_deref(), one.digest.len())).collect();
    assert_eq!(told, [(ExtensionAct::Added, None, 1), (ExtensionAct::Installed, Some("ada"), 64)]);
    store.close().await;
}

#[tokio::test]
async fn older_programs_find_nothing_broken_where_there_is_no_json() {
    let (_directory, store) = furnished().await;
    let unsaid = "SELECT name FROM sqlite_schema WHERE sql LIKE '% TEXT CHECK (json_valid(%'";
    let unsaid: Vec<String> = sqlx::query_scalar(unsaid).fetch_all(&store.readers).await.expect("a list");
    assert_eq!(unsaid, Vec::<String>::new(), "SQLite 3.40 calls NULL there broken");
    let broken = told(&store, "UPDATE delivery SET failure = '{' WHERE state <> 'done'").await;
    assert_eq!(broken.as_deref(), Some("CHECK constraint failed: failure IS NULL OR json_valid(failure)"));
}

#[tokio::test]
async fn a_place_on_the_waitlist_goes_one_way() {
    let (_directory, store, house) = opened().await;
    let place = format!(
        "INSERT INTO waitlist VALUES ('{}', '{}', '{}', '{}', 0, 1, 'waiting', NULL, 0, 0, '{{}}')",
        house.branch, house.company, house.service, house.customer
    );
    assert_eq!(told(&store, &place).await, None);
    let refused = [
        ("UPDATE waitlist SET state = 'booked'", "waitlist_state"),
        ("UPDATE waitlist SET state = 'lapsed'", "waitlist_state"),
        ("UPDATE waitlist SET customer = service", "waitlist_identity"),
        ("DELETE FROM waitlist", "waitlist_delete"),
    ];
    for (statement, expected) in refused {
        assert_eq!(told(&store, statement).await.as_deref(), Some(expected), "{statement}");
    }
    assert_eq!(told(&store, "UPDATE waitlist SET state = 'withdrawn'").await, None);
    let back = told(&store, "UPDATE waitlist SET state = 'waiting'").await;
    assert_eq!(back.as_deref(), Some("waitlist_state"));
}

#[tokio::test]
async fn history_cannot_be_rewritten() {
    let (_directory, store) = furnished().await;
    let refused = [
        ("UPDATE event SET message = 'x'", "event_append_only"),
        ("DELETE FROM event", "event_append_only"),
        ("DELETE FROM appointment", "appointment_delete"),
        ("DELETE FROM record", "record_delete"),
        ("INSERT INTO sample (company, actor, made_us) SELECT id, 'x', 0 FROM company", "sample_new"),
        ("DELETE FROM delivery", "delivery_delete"),
        ("UPDATE delivery SET posting = '{}' WHERE id = 3", "delivery_immutable"),
        ("UPDATE delivery SET key = 'x' WHERE id = 3", "delivery_immutable"),
        ("UPDATE delivery SET after_keys = '[]' WHERE id = 3", "delivery_immutable"),
        ("UPDATE delivery SET attempts = 0 WHERE id = 1", "delivery_done"),
        ("UPDATE delivery SET repairs = 1 WHERE id = 1", "delivery_done"),
        ("UPDATE delivery_attempt SET message = 'x'", "delivery_attempt_append_only"),
        ("DELETE FROM delivery_attempt", "delivery_attempt_append_only"),
        ("UPDATE repair_act SET reason = 'x'", "repair_act_append_only"),
        ("DELETE FROM repair_act", "repair_act_append_only"),
        ("UPDATE erp_mapping SET theirs = 'x'", "erp_mapping_append_only"),
        ("DELETE FROM erp_mapping", "erp_mapping_append_only"),
        ("UPDATE finding SET kind = 'doubled'", "finding_identity"),
        ("DELETE FROM finding", "finding_delete"),
        ("UPDATE finding_act SET reason = 'x'", "finding_act_append_only"),
        ("DELETE FROM finding_act", "finding_act_append_only"),
        ("UPDATE extension_change SET actor = 'x'", "extension_change_append_only"),
        ("DELETE FROM extension_change", "extension_change_append_only"),
        ("UPDATE visit_note SET text = 'x'", "visit_note_append_only"),
        ("DELETE FROM visit_note", "visit_note_append_only"),
        ("UPDATE visit_photo SET width = 1", "visit_photo_identity"),
        ("UPDATE visit_photo SET removed_us = 0 WHERE removed_us IS NOT NULL", "visit_photo_removed"),
        ("DELETE FROM visit_photo", "visit_photo_delete"),
        ("UPDATE visit_picture SET small = large", "visit_picture_final"),
        ("DELETE FROM visit_picture", "visit_picture_delete"),
        ("UPDATE appointment SET name = 'x'", "appointment_revision"),
        ("UPDATE appointment SET revision = revision + 2", "appointment_revision"),
        ("UPDATE appointment SET revision = revision + 1, created_us = 0", "appointment_identity"),
        ("UPDATE record SET kind = 'unit'", "record_identity"),
        ("UPDATE record SET version = version", "record_version"),
    ];
    for (statement, expected) in refused {
        assert_eq!(told(&store, statement).await.as_deref(), Some(expected), "{statement}");
    }
}

#[tokio::test]
async fn rows_that_contradict_themselves_are_refused() {
    let (_directory, store) = furnished().await;
    let appointment = "UPDATE appointment SET revision = revision + 1,";
    let refused = [
        format!("{appointment} status = 'lost'"),
        format!("{appointment} status = 'scheduled' WHERE status = 'open'"),
        format!("{appointment} status = 'open' WHERE status = 'confirmed'"),
        format!("{appointment} hold_until_us = NULL WHERE status = 'open'"),
        format!("{appointment} end_us = start_us"),
        format!("{appointment} reserved_start_us = start_us + 60000000"),
        format!("{appointment} reserved_end_us = end_us - 60000000"),
        format!("{appointment} start_us = start_us + 1000000"),
        format!("{appointment} details = '{{'"),
        claim_again("60000000, 60000000, visit, 1, NULL"),
        claim_again("60000001, 120000000, visit, 1, NULL"),
        claim_again("60000000, 259260060000000, visit, 1, NULL"),
        claim_again("60000000, 120000000, 'a class', 1, NULL"),
        claim_again("60000000, 120000000, visit, 1, 8"),
        "INSERT INTO unit_claim SELECT appointment, provider, 60000000, 60000000, visit FROM claim"
            .to_owned(),
        "INSERT INTO busy (resource, day, layers, minutes) VALUES ('r', 1, zeroblob(35), 5)".to_owned(),
        "UPDATE delivery SET state = 'sent' WHERE id = 3".to_owned(),
        "UPDATE delivery SET state = 'done' WHERE id = 2".to_owned(),
        "UPDATE delivery SET lease_owner = NULL WHERE id = 2".to_owned(),
        "UPDATE delivery SET lease_until_us = NULL WHERE id = 2".to_owned(),
        "UPDATE delivery SET state = 'pending' WHERE id = 2".to_owned(),
        "UPDATE delivery SET state = 'parked', blocked_by = NULL, finished_us = 1 WHERE id = 3".to_owned(),
        "UPDATE delivery SET document = '{}' WHERE id = 3".to_owned(),
        "UPDATE delivery SET finished_us = 1 WHERE id = 3".to_owned(),
        "UPDATE company SET last_number = -1".to_owned(),
        "UPDATE record SET active = 2".to_owned(),
        "UPDATE record SET data = 'x'".to_owned(),
        "INSERT INTO answer (key, fingerprint, status, body, at_us) VALUES ('k', 'f', 99, '', 0)".to_owned(),
        "INSERT INTO api_key (id, hash, label, grants, created_us)
         VALUES ('01920000-0000-7000-8000-000000000001', 'short', '', '[]', 0)"
            .to_owned(),
    ];
    for statement in refused {
        let told = told(&store, &statement).await;
        assert!(
            told.as_deref().is_some_and(|told| told.starts_with("CHECK constraint")),
            "{statement}: {told:?}"
        );
    }
}

/// Inserts a claim beside those that are there, long before them.
fn claim_again(fields: &str) -> String {
    format!("INSERT INTO claim SELECT appointment, provider, {fields} FROM claim")
}

#[tokio::test]
async fn slots_keys_and_leases_are_taken_once_whoever_asks() {
    let (_directory, store) = furnished().await;
    let refused = [
        ("UPDATE claim SET start_us = start_us - 60000000", "claim_immutable"),
        (
            "INSERT INTO claim SELECT a.id, c.provider, c.start_us + 60000000, c.end_us + 60000000, a.id, 1, NULL
             FROM claim c JOIN appointment a ON a.id <> c.appointment",
            "double_booking",
        ),
        (
            "INSERT INTO delivery (key, appointment, company, posting, after_keys, next_attempt_us, created_us)
             SELECT key, appointment, company, posting, after_keys, 0, 0 FROM delivery",
            "UNIQUE constraint failed: delivery.key",
        ),
        (
            "UPDATE delivery SET state = 'leased', blocked_by = NULL, lease_owner = 'x', lease_until_us = 1
             WHERE id = 3",
            "UNIQUE constraint failed: delivery.appointment",
        ),
    ];
    for (statement, expected) in refused {
        assert_eq!(told(&store, statement).await.as_deref(), Some(expected), "{statement}");
    }
}

/// Each statement that runs often, and the index without which it would read the whole table.
#[tokio::test]
async fn frequent_statements_find_their_index() {
    let (_directory, store) = furnished().await;
    let plans = [
        (
            "SELECT id FROM delivery WHERE state = 'pending' AND blocked_by IS NULL AND next_attempt_us <= ?
             ORDER BY next_attempt_us, id LIMIT 9",
            "delivery_due",
        ),
        (
            "SELECT id FROM delivery INDEXED BY delivery_due_of WHERE state = 'pending' AND blocked_by IS NULL
             AND company = ? AND next_attempt_us <= ? ORDER BY next_attempt_us, id LIMIT 9",
            "delivery_due_of (company=? AND next_attempt_us<?)",
        ),
        (
            "SELECT id FROM delivery WHERE TRUE AND company = ? AND state = 'done'
             AND json_extract(posting, '$.date') >= ? AND json_extract(posting, '$.date') <= ? AND id > ?",
            "delivery_by_day",
        ),
        (
            "UPDATE delivery SET state = 'pending' WHERE state = 'leased' AND lease_until_us <= ?",
            "delivery_lease",
        ),
        (
            "SELECT a.status FROM record p CROSS JOIN appointment a
             WHERE a.provider = p.id AND a.start_us >= ? AND a.start_us < ? AND p.kind = 'provider' AND p.company = ?",
            "appointment_by_provider (provider=? AND start_us>? AND start_us<?)",
        ),
        ("SELECT obstacle FROM delivery_obstacle WHERE id = ?", "delivery_waiting"),
        ("SELECT obstacle FROM delivery_obstacle WHERE id = ?", "delivery_in_hand"),
        ("UPDATE delivery SET attempts = 1 WHERE blocked_by = ?", "delivery_blocked"),
        (
            "SELECT 1 FROM claim c WHERE c.provider = ? AND c.start_us > ? - 259200000000 AND c.start_us < ?
             AND c.end_us > ? AND c.visit <> ?",
            "claim_by_provider",
        ),
        (
            "SELECT visit FROM unit_claim WHERE unit = ? AND start_us > ? AND start_us < ? AND end_us > ?",
            "unit_claim_by_unit",
        ),
        ("SELECT max(created_us) FROM appointment WHERE provider = ?", "appointment_by_booking_time"),
        (
            "SELECT id FROM appointment WHERE status = 'open' AND hold_until_us <= ? ORDER BY hold_until_us, id",
            "appointment_by_hold",
        ),
        (
            "SELECT id FROM appointment WHERE TRUE AND company = ? AND id > ? ORDER BY id",
            "appointment_by_company",
        ),
        (
            "SELECT details FROM appointment WHERE TRUE AND company = ? AND (start_us, id) < (?, ?)
             ORDER BY start_us DESC, id DESC",
            "appointment_by_start (company=? AND (start_us,id)<(?,?))",
        ),
        (
            "SELECT details FROM appointment WHERE TRUE ORDER BY start_us, id",
            "SCAN appointment USING INDEX appointment_by_any_start",
        ),
        (
            "SELECT data FROM record WHERE kind = 'customer' AND company = ?
             AND (lower(name), id) > (SELECT lower(name), id FROM record WHERE id = ? AND company = ?)
             ORDER BY lower(name), id",
            "customer_by_name (company=?",
        ),
        ("SELECT id FROM delivery WHERE TRUE AND state = 'parked' AND id > ? ORDER BY id", "delivery_parked"),
    ];
    for (statement, index) in plans {
        let rows = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}")))
            .fetch_all(&store.readers)
            .await
            .expect("a plan");
        let plan = rows.iter().map(|row| row.get::<String, _>("detail")).collect::<Vec<_>>();
        assert!(plan.iter().any(|step| step.contains(index)), "{statement}: {plan:?}");
        assert!(!plan.iter().any(|step| step.starts_with("SCAN delivery")), "{statement}: {plan:?}");
        assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE")), "{statement}: {plan:?}");
    }
}
