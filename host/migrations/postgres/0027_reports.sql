-- How often what reports count has changed, so that they count anew only what has.

-- Visits by the days in UTC that they lie on, buffers included; invoices and credit notes by their dates. Each by who
-- performs the visit.
CREATE TABLE report_change (
    company  uuid NOT NULL,
    counted  text NOT NULL CHECK (counted IN ('visit', 'document')),
    -- Days since 1970-01-01.
    day      bigint NOT NULL,
    provider uuid NOT NULL,
    -- The session that made the row: see below.
    writer   integer NOT NULL,
    changes  bigint NOT NULL CHECK (changes >= 1),
    PRIMARY KEY (company, counted, day, provider, writer)
);

CREATE FUNCTION report_change_less() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.changes <= OLD.changes THEN
        RAISE EXCEPTION 'report_change_less' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

-- Their sum only grows: whoever counted at a number sees whether anything has changed since.
CREATE TRIGGER report_change_less BEFORE UPDATE ON report_change FOR EACH ROW EXECUTE FUNCTION report_change_less();

-- Waits for nobody, so that it needs no place in the order of locks: what another session has in hand is left to it, and
-- counted in a row of one's own.
CREATE FUNCTION report_changed(whose uuid, what text, on_day bigint, by_provider uuid) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE report_change SET changes = changes + 1
    WHERE company = whose AND counted = what AND day = on_day AND provider = by_provider AND writer = (
        SELECT writer FROM report_change
        WHERE company = whose AND counted = what AND day = on_day AND provider = by_provider
        LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
    );
    IF NOT FOUND THEN
        INSERT INTO report_change VALUES (whose, what, on_day, by_provider, pg_backend_pid(), 1)
        ON CONFLICT (company, counted, day, provider, writer) DO UPDATE SET changes = report_change.changes + 1;
    END IF;
END
$$;

CREATE FUNCTION utc_day(at timestamptz) RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
RETURN floor(extract(epoch FROM at) / 86400)::bigint;

-- Of an appointment, where the visit lies and lay. Holds are no visits.
CREATE FUNCTION report_visit_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moved boolean := TG_OP = 'UPDATE';
BEGIN
    PERFORM report_changed(NEW.company, 'visit', day, NEW.provider)
    FROM generate_series(utc_day(NEW.reserved_start_at), utc_day(NEW.reserved_end_at - interval '1 us')) AS day;
    IF moved THEN
        moved := (NEW.provider, NEW.reserved_start_at, NEW.reserved_end_at)
            IS DISTINCT FROM (OLD.provider, OLD.reserved_start_at, OLD.reserved_end_at);
    END IF;
    IF moved THEN
        PERFORM report_changed(OLD.company, 'visit', day, OLD.provider)
        FROM generate_series(utc_day(OLD.reserved_start_at), utc_day(OLD.reserved_end_at - interval '1 us')) AS day;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER report_change_visit_new AFTER INSERT ON appointment FOR EACH ROW
WHEN (NEW.status <> 'open') EXECUTE FUNCTION report_visit_changed();

CREATE TRIGGER report_change_visit AFTER UPDATE ON appointment FOR EACH ROW
WHEN (NEW.status <> 'open' OR OLD.status <> 'open') EXECUTE FUNCTION report_visit_changed();

-- Documents that reports count: what they are found by, whichever way it is asked.
CREATE INDEX delivery_invoiced ON delivery (company, (posting ->> 'date'), appointment)
WHERE state = 'done' AND document ->> 'kind' IN ('sales_invoice', 'credit_note');

CREATE FUNCTION report_document_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM report_changed(NEW.company, 'document', (NEW.posting ->> 'date')::date - date '1970-01-01', a.provider)
    FROM appointment a WHERE a.id = NEW.appointment;
    RETURN NULL;
END
$$;

CREATE TRIGGER report_change_document_new AFTER INSERT ON delivery FOR EACH ROW
WHEN (NEW.document ->> 'kind' IN ('sales_invoice', 'credit_note')) EXECUTE FUNCTION report_document_changed();

CREATE TRIGGER report_change_document AFTER UPDATE OF state, document ON delivery FOR EACH ROW
WHEN (NEW.document ->> 'kind' IN ('sales_invoice', 'credit_note')
    OR OLD.document ->> 'kind' IN ('sales_invoice', 'credit_note'))
EXECUTE FUNCTION report_document_changed();

-- A document belongs to whoever performs the visit, and where.
CREATE FUNCTION report_document_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM report_changed(NEW.company, 'document', (d.posting ->> 'date')::date - date '1970-01-01', whose.provider)
    FROM delivery d CROSS JOIN (SELECT NEW.provider AS provider UNION SELECT OLD.provider) AS whose
    WHERE d.appointment = NEW.id AND d.document ->> 'kind' IN ('sales_invoice', 'credit_note');
    RETURN NULL;
END
$$;

CREATE TRIGGER report_change_document_moved AFTER UPDATE OF provider, branch, service ON appointment FOR EACH ROW
WHEN (NEW.provider <> OLD.provider OR NEW.branch <> OLD.branch OR NEW.service <> OLD.service)
EXECUTE FUNCTION report_document_moved();

INSERT INTO report_change (company, counted, day, provider, writer, changes)
SELECT DISTINCT a.company, 'visit', day, a.provider, 0, 1
FROM appointment a, generate_series(utc_day(a.reserved_start_at), utc_day(a.reserved_end_at - interval '1 us')) AS day
WHERE a.status <> 'open';

INSERT INTO report_change (company, counted, day, provider, writer, changes)
SELECT DISTINCT d.company, 'document', (d.posting ->> 'date')::date - date '1970-01-01', a.provider, 0, 1
FROM delivery d JOIN appointment a ON a.id = d.appointment
WHERE d.document ->> 'kind' IN ('sales_invoice', 'credit_note');
