-- How often what reports count has changed, so that they count anew only what has.

-- Visits by the days in UTC that they lie on, buffers included; invoices and credit notes by their dates. Each by who
-- performs the visit.
CREATE TABLE report_change (
    company  TEXT NOT NULL,
    counted  TEXT NOT NULL CHECK (counted IN ('visit', 'document')),
    -- Days since 1970-01-01.
    day      INTEGER NOT NULL,
    provider TEXT NOT NULL,
    changes  INTEGER NOT NULL CHECK (changes >= 1),
    PRIMARY KEY (company, counted, day, provider)
) STRICT, WITHOUT ROWID;

-- It only grows: whoever counted at a number sees whether anything has changed since.
CREATE TRIGGER report_change_less BEFORE UPDATE ON report_change WHEN NEW.changes <= OLD.changes
BEGIN
    SELECT RAISE(ABORT, 'report_change_less');
END;

-- No claim is longer than three days, so that it touches four at most. Holds are no visits.
CREATE TRIGGER report_change_visit_new AFTER INSERT ON appointment WHEN NEW.status <> 'open'
BEGIN
    INSERT INTO report_change (company, counted, day, provider, changes)
    SELECT NEW.company, 'visit', NEW.reserved_start_us / 86400000000 + later.column1, NEW.provider, 1
    FROM (VALUES (0), (1), (2), (3)) AS later
    WHERE NEW.reserved_start_us / 86400000000 + later.column1 <= (NEW.reserved_end_us - 1) / 86400000000
    ON CONFLICT DO UPDATE SET changes = changes + 1;
END;

CREATE TRIGGER report_change_visit AFTER UPDATE ON appointment WHEN NEW.status <> 'open' OR OLD.status <> 'open'
BEGIN
    INSERT INTO report_change (company, counted, day, provider, changes)
    SELECT NEW.company, 'visit', was.day + later.column1, was.provider, 1
    FROM (SELECT NEW.provider AS provider, NEW.reserved_start_us / 86400000000 AS day,
              (NEW.reserved_end_us - 1) / 86400000000 AS last
          UNION
          SELECT OLD.provider, OLD.reserved_start_us / 86400000000, (OLD.reserved_end_us - 1) / 86400000000) AS was
        JOIN (VALUES (0), (1), (2), (3)) AS later
    WHERE was.day + later.column1 <= was.last
    ON CONFLICT DO UPDATE SET changes = changes + 1;
END;

-- Documents that reports count: what they are found by, whichever way it is asked.
CREATE INDEX delivery_invoiced ON delivery (company, json_extract(posting, '$.date'), appointment)
WHERE state = 'done' AND document ->> '$.kind' IN ('sales_invoice', 'credit_note');

CREATE TRIGGER report_change_document_new AFTER INSERT ON delivery
WHEN NEW.document ->> '$.kind' IN ('sales_invoice', 'credit_note')
BEGIN
    INSERT INTO report_change (company, counted, day, provider, changes)
    SELECT NEW.company, 'document', unixepoch(NEW.posting ->> '$.date') / 86400, a.provider, 1
    FROM appointment a WHERE a.id = NEW.appointment
    ON CONFLICT DO UPDATE SET changes = changes + 1;
END;

CREATE TRIGGER report_change_document AFTER UPDATE OF state, document ON delivery
WHEN NEW.document ->> '$.kind' IN ('sales_invoice', 'credit_note')
    OR OLD.document ->> '$.kind' IN ('sales_invoice', 'credit_note')
BEGIN
    INSERT INTO report_change (company, counted, day, provider, changes)
    SELECT NEW.company, 'document', unixepoch(NEW.posting ->> '$.date') / 86400, a.provider, 1
    FROM appointment a WHERE a.id = NEW.appointment
    ON CONFLICT DO UPDATE SET changes = changes + 1;
END;

-- A document belongs to whoever performs the visit, and where.
CREATE TRIGGER report_change_document_moved AFTER UPDATE OF provider, branch, service ON appointment
WHEN NEW.provider <> OLD.provider OR NEW.branch <> OLD.branch OR NEW.service <> OLD.service
BEGIN
    INSERT INTO report_change (company, counted, day, provider, changes)
    SELECT NEW.company, 'document', unixepoch(d.posting ->> '$.date') / 86400, whose.provider, 1
    FROM delivery d JOIN (SELECT NEW.provider AS provider UNION SELECT OLD.provider) AS whose
    WHERE d.appointment = NEW.id AND d.document ->> '$.kind' IN ('sales_invoice', 'credit_note')
    ON CONFLICT DO UPDATE SET changes = changes + 1;
END;

INSERT INTO report_change (company, counted, day, provider, changes)
SELECT a.company, 'visit', a.reserved_start_us / 86400000000 + later.column1 AS day, a.provider, 1
FROM appointment a JOIN (VALUES (0), (1), (2), (3)) AS later
WHERE a.status <> 'open' AND a.reserved_start_us / 86400000000 + later.column1 <= (a.reserved_end_us - 1) / 86400000000
GROUP BY a.company, day, a.provider;

INSERT INTO report_change (company, counted, day, provider, changes)
SELECT d.company, 'document', unixepoch(d.posting ->> '$.date') / 86400 AS day, a.provider, 1
FROM delivery d JOIN appointment a ON a.id = d.appointment
WHERE d.document ->> '$.kind' IN ('sales_invoice', 'credit_note')
GROUP BY d.company, day, a.provider;
