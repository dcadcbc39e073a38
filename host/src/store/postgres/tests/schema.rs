//! What the schema refuses, whoever asks, and which way its statements go.

use std::sync::Arc;

use slotledger_postgres_server::Database;
use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection};

use super::database;
use crate::model::ExtensionAct;
use crate::store::conformance::house::furnish;
use crate::store::postgres::{MIGRATIONS, Postgres};
use crate::store::{Extensions as _, SharedStore};

/// A furnished database.
async fn furnished() -> (Database, Postgres) {
    let (database, server) = database();
    let store = Postgres::open(&server).await.expect("a new database");
    furnish(&(Arc::new(store.clone()) as SharedStore)).await;
    (database, store)
}

/// What a statement that someone types into the database is told: a trigger's word, or the constraint's name.
async fn told(store: &Postgres, statement: &str) -> Option<String> {
    let error = sqlx::query(AssertSqlSafe(statement)).execute(&store.pool).await.err()?;
    let error = error.as_database_error().expect("the database refuses");
    Some(error.constraint().unwrap_or(error.message()).to_owned())
}

/// The columns of all tables.
async fn shape(store: &Postgres) -> Vec<(String, String, String)> {
    let query = "SELECT table_name::text, column_name::text, data_type::text FROM information_schema.columns
        WHERE table_schema = 'public' ORDER BY table_name, column_name";
    sqlx::query_as(query).fetch_all(&store.pool).await.expect("a list")
}

/// The migration that lets a company use an extension once; it builds on all before it.
const ONE_USE: i64 = 15;

#[tokio::test]
async fn of_several_uses_of_an_extension_the_last_one_stays() {
    let (_database, server) = database();
    let early = MIGRATIONS.iter().filter(|one| one.version < ONE_USE).cloned().collect();
    let mut connection = server.connect().await.expect("a database");
    Migrator::with_migrations(early).run_direct(None, &mut connection, false).await.expect("it is migrated");
    let company = "INSERT INTO company VALUES ('01900000-0000-7000-8000-000000000001', 1)";
    sqlx::query(company).execute(&mut connection).await.expect("a row");
    for (n, active, changed) in [(2, true, 7), (3, true, 9), (4, true, 8), (5, false, 10)] {
        let used = format!(
            "INSERT INTO record VALUES ('01900000-0000-7000-8000-00000000000{n}', 'extension',
             '01900000-0000-7000-8000-000000000001', 'a', {active}, 1, '2026-11-01T00:00:{changed:02}Z',
             '{{\"digest\": \"d\", \"active\": true}}')"
        );
        sqlx::query(AssertSqlSafe(used)).execute(&mut connection).await.expect("a row");
    }
    connection.close().await.expect("it is closed");
    let store = Postgres::open(&server).await.expect("it is brought up to date");
    let uses = "SELECT active, version, data ->> 'active' FROM record ORDER BY id";
    let uses: Vec<(bool, i64, String)> = sqlx::query_as(uses).fetch_all(&store.pool).await.expect("a list");
    let uses: Vec<_> =
        uses.iter().map(|(active, version, data)| (*active, *version, data.as_str())).collect();
    assert_eq!(uses, [(false, 2, "false"), (true, 1, "true"), (false, 2, "false"), (false, 1, "true")]);
    let catalog: i64 =
        sqlx::query_scalar("SELECT catalog_version FROM company").fetch_one(&store.pool).await.expect("one");
    assert_eq!(catalog, 2);
    let changes = store.extension_changes(&Default::default(), None, 10).await.expect("a list");
    let told: Vec<_> = changes.iter().map(|one| (one.what, one.by.as_deref())).collect();
    assert_eq!(told, [(ExtensionAct::Changed, Some("migration")); 2]);
    store.close().await;
}

#[tokio::test]
async fn a_database_that_later_migrations_reached_first_gets_those_left_out() {
    const DECISIONS: i64 = 11;
    let (_fresh, whole) = furnished().await;
    let (_database, server) = database();
    let early = |version| version != DECISIONS && version < ONE_USE;
    let early = MIGRATIONS.iter().filter(|one| early(one.version)).cloned().collect();
    let mut connection = server.connect().await.expect("a database");
    let early = Migrator::with_migrations(early);
    early.run_direct(None, &mut connection, false).await.expect("it is migrated");
    let component = "INSERT INTO component
        VALUES (repeat('1', 64), 'a', '1', '{}', '\\x00', 'a file', NULL, 'ada', '2026-11-01T00:00:00Z')";
    sqlx::query(component).execute(&mut connection).await.expect("a row");
    connection.close().await.expect("it is closed");
    let store = Postgres::open(&server).await.expect("it is brought up to date");
    assert_eq!(shape(&store).await, shape(&whole).await);
    let changes = store.extension_changes(&Default::default(), None, 10).await.expect("a list");
    let told: Vec<_> = changes.iter().map(|one| (one.what, one.by.as_deref())).collect();
    assert_eq!(told, [(ExtensionAct::Installed, Some("ada"))]);
    store.close().await;
}

#[tokio::test]
async fn history_cannot_be_rewritten() {
    let (_database, store) = furnished().await;
    let refused = [
        ("UPDATE event SET message = 'x'", "event_append_only"),
        ("DELETE FROM event", "event_append_only"),
        ("DELETE FROM appointment", "appointment_delete"),
        ("DELETE FROM record", "record_delete"),
        ("INSERT INTO sample (company, actor, made_at) SELECT id, 'x', now() FROM company", "sample_new"),
        ("DELETE FROM delivery", "delivery_delete"),
        ("UPDATE delivery SET posting = '{}' WHERE id = 3", "delivery_immutable"),
        ("UPDATE delivery SET key = 'x' WHERE id = 3", "delivery_immutable"),
        ("UPDATE delivery SET after_keys = '{}' WHERE id = 3", "delivery_immutable"),
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
        ("UPDATE extension_change SET actor = 'x'", "extension_change_append_only"),
        ("DELETE FROM extension_change", "extension_change_append_only"),
        ("UPDATE visit_note SET text = 'x'", "visit_note_append_only"),
        ("DELETE FROM visit_note", "visit_note_append_only"),
        ("UPDATE visit_photo SET width = 1", "visit_photo_identity"),
        ("UPDATE visit_photo SET removed_at = now() WHERE removed_at IS NOT NULL", "visit_photo_removed"),
        ("DELETE FROM visit_photo", "visit_photo_delete"),
        ("UPDATE visit_picture SET small = large", "visit_picture_final"),
        ("DELETE FROM visit_picture", "visit_picture_delete"),
        ("DELETE FROM finding_act", "finding_act_append_only"),
        ("UPDATE appointment SET name = 'x'", "appointment_revision"),
        ("UPDATE appointment SET revision = revision + 2", "appointment_revision"),
        ("UPDATE appointment SET revision = revision + 1, created_at = 'epoch'", "appointment_identity"),
        ("UPDATE record SET kind = 'unit'", "record_identity"),
        ("UPDATE record SET version = version", "record_version"),
    ];
    for (statement, expected) in refused {
        assert_eq!(told(&store, statement).await.as_deref(), Some(expected), "{statement}");
    }
}

#[tokio::test]
async fn rows_that_contradict_themselves_are_refused() {
    let (_database, store) = furnished().await;
    let appointment = "UPDATE appointment SET revision = revision + 1,";
    let refused = [
        format!("{appointment} status = 'lost'"),
        format!("{appointment} status = 'scheduled' WHERE status = 'open'"),
        format!("{appointment} status = 'open' WHERE status = 'confirmed'"),
        format!("{appointment} hold_until_at = NULL WHERE status = 'open'"),
        format!("{appointment} end_at = start_at"),
        format!("{appointment} reserved_start_at = start_at + interval '1 minute'"),
        format!("{appointment} reserved_end_at = end_at - interval '1 minute'"),
        format!("{appointment} start_at = start_at + interval '1 second'"),
        claim_again("to_timestamp(60), to_timestamp(60), visit, 1, NULL"),
        claim_again("to_timestamp(61), to_timestamp(120), visit, 1, NULL"),
        claim_again("to_timestamp(60), to_timestamp(60) + interval '73 hours', visit, 1, NULL"),
        claim_again("to_timestamp(60), to_timestamp(120), 'a class', 1, NULL"),
        claim_again("to_timestamp(60), to_timestamp(120), visit, 1, 8"),
        "INSERT INTO unit_claim SELECT appointment, provider, start_at, start_at, visit FROM claim"
            .to_owned(),
        "INSERT INTO busy (resource, day, layers, minutes) SELECT id, 1, '\\x00', 5 FROM company".to_owned(),
        "UPDATE delivery SET state = 'sent' WHERE id = 3".to_owned(),
        "UPDATE delivery SET state = 'done' WHERE id = 2".to_owned(),
        "UPDATE delivery SET lease_owner = NULL WHERE id = 2".to_owned(),
        "UPDATE delivery SET lease_until_at = NULL WHERE id = 2".to_owned(),
        "UPDATE delivery SET state = 'pending' WHERE id = 2".to_owned(),
        "UPDATE delivery SET state = 'parked', blocked_by = NULL, finished_at = now() WHERE id = 3"
            .to_owned(),
        "UPDATE delivery SET document = '{}' WHERE id = 3".to_owned(),
        "UPDATE delivery SET finished_at = now() WHERE id = 3".to_owned(),
        "UPDATE numbering SET last_number = -1".to_owned(),
        "INSERT INTO answer (key, fingerprint, status, body, given_at) VALUES ('k', 'f', 99, '', now())"
            .to_owned(),
        "INSERT INTO api_key (id, hash, label, grants, created_at) VALUES (gen_random_uuid(), 'short', '', '[]', now())".to_owned(),
    ];
    for statement in refused {
        let told = told(&store, &statement).await;
        assert!(told.as_deref().is_some_and(|told| told.contains("_check")), "{statement}: {told:?}");
    }
}

/// Inserts a claim beside those that are there, long before them.
fn claim_again(fields: &str) -> String {
    format!("INSERT INTO claim SELECT appointment, provider, {fields} FROM claim")
}

#[tokio::test]
async fn slots_keys_and_leases_are_taken_once_whoever_asks() {
    let (_database, store) = furnished().await;
    let refused = [
        ("UPDATE claim SET start_at = start_at - interval '1 minute'", "claim_immutable"),
        (
            "INSERT INTO delivery (key, appointment, company, posting, after_keys, next_attempt_at, created_at)
             SELECT key, appointment, company, posting, after_keys, now(), now() FROM delivery",
            "delivery_key_key",
        ),
        (
            "UPDATE delivery SET state = 'leased', blocked_by = NULL, lease_owner = 'x', lease_until_at = now()
             WHERE id = 3",
            "delivery_in_hand",
        ),
        (
            "INSERT INTO delivery (key, appointment, company, posting, after_keys, next_attempt_at, created_at)
             SELECT 'd', appointment, company, posting, '{unknown}', now(), now() FROM delivery WHERE id = 1",
            "missing_prerequisite",
        ),
    ];
    for (statement, expected) in refused {
        assert_eq!(told(&store, statement).await.as_deref(), Some(expected), "{statement}");
    }
}

/// Many rows that wait, so that the planner has something to weigh.
const MANY: [&str; 3] = [
    "ALTER TABLE delivery DISABLE TRIGGER USER",
    "INSERT INTO delivery (key, appointment, company, posting, after_keys, prerequisites_left, next_attempt_at, created_at)
     SELECT 'k' || n, appointment, company, posting, ARRAY['x' || n], 1, now(), now()
     FROM delivery, generate_series(1, 5000) n WHERE id = 1",
    "ANALYZE",
];

/// Each statement that runs often, and the index without which it would read the whole table; and not even while the table is
/// nearly empty, because such a plan is kept.
#[tokio::test]
async fn frequent_statements_find_their_index() {
    let (_database, store) = furnished().await;
    let plans = [
        (
            "SELECT id FROM delivery WHERE state = 'pending' AND blocked_by IS NULL AND prerequisites_left = 0
             AND next_attempt_at <= now() ORDER BY next_attempt_at, id LIMIT 9 FOR NO KEY UPDATE SKIP LOCKED",
            "delivery_due",
        ),
        (
            "SELECT id FROM delivery WHERE state = 'pending' AND blocked_by IS NULL AND prerequisites_left = 0
             AND company = '00000000-0000-7000-8000-000000000000' AND next_attempt_at <= now()
             ORDER BY next_attempt_at, id LIMIT 9 FOR NO KEY UPDATE SKIP LOCKED",
            "delivery_due_of",
        ),
        (
            "SELECT id FROM delivery WHERE state = 'leased' AND lease_until_at <= now() ORDER BY lease_until_at LIMIT 9",
            "delivery_lease",
        ),
        ("SELECT FROM delivery WHERE state = 'pending' AND after_keys @> ARRAY['a']", "delivery_dependent"),
        (
            "SELECT FROM delivery WHERE state = 'pending' AND (appointment = '00000000-0000-7000-8000-000000000000'
             OR (1 <> 0 AND after_keys @> ARRAY['a'])) ORDER BY id FOR NO KEY UPDATE",
            "delivery_dependent",
        ),
        (
            "SELECT FROM appointment WHERE id = ANY (ARRAY(SELECT p.appointment FROM delivery p
             WHERE p.key = ANY (ARRAY['a', 'b']))) ORDER BY id FOR NO KEY UPDATE",
            "appointment_pkey",
        ),
        (
            "SELECT id FROM appointment WHERE status = 'open' AND hold_until_at <= now() ORDER BY hold_until_at, id
             LIMIT 9",
            "appointment_by_hold",
        ),
        ("SELECT id FROM delivery WHERE TRUE AND state = 'parked' AND id > 1 ORDER BY id LIMIT 9", "delivery_parked"),
    ];
    let mut connection = store.pool.acquire().await.expect("a connection");
    for (statement, _) in plans {
        let plan = plan(&mut connection, statement).await;
        assert!(!plan.contains("Seq Scan on"), "{statement}: {plan}");
    }
    for statement in MANY {
        sqlx::query(statement).execute(&mut *connection).await.expect("more rows");
    }
    for (statement, index) in plans {
        let plan = plan(&mut connection, statement).await;
        assert!(plan.contains(index), "{statement}: {plan}");
        assert!(!plan.contains("Seq Scan on"), "{statement}: {plan}");
    }
}

async fn plan(connection: &mut PgConnection, statement: &str) -> String {
    let explained = sqlx::query_scalar(AssertSqlSafe(format!("EXPLAIN {statement}")));
    let steps: Vec<String> = explained.fetch_all(connection).await.expect("a plan");
    steps.join("\n")
}
