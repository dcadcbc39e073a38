-- Companies that were made to try things out: the only ones that can be removed, and only whole.

CREATE TABLE sample (
    company  TEXT PRIMARY KEY NOT NULL REFERENCES company (id),
    -- Who made it.
    actor    TEXT NOT NULL,
    made_us  INTEGER NOT NULL,
    -- Set by the transaction that removes it, and seen by no other.
    removing INTEGER NOT NULL DEFAULT 0 CHECK (removing IN (0, 1))
) STRICT, WITHOUT ROWID;

-- A company is a sample from its first moment, or never.
CREATE TRIGGER sample_new BEFORE INSERT ON sample
WHEN EXISTS (SELECT 1 FROM record WHERE company = NEW.company AND id <> NEW.company)
    OR EXISTS (SELECT 1 FROM company WHERE id = NEW.company AND last_number > 0)
BEGIN
    SELECT RAISE(ABORT, 'sample_new');
END;

CREATE TRIGGER sample_identity BEFORE UPDATE OF company, actor, made_us ON sample
BEGIN
    SELECT RAISE(ABORT, 'sample_identity');
END;

CREATE VIEW sample_going AS SELECT company FROM sample WHERE removing = 1;

-- What grows for ever does so unless it goes with all of a sample company.

DROP TRIGGER record_delete;
CREATE TRIGGER record_delete BEFORE DELETE ON record
WHEN NOT EXISTS (SELECT 1 FROM sample_going WHERE company = OLD.company)
BEGIN
    SELECT RAISE(ABORT, 'record_delete');
END;

DROP TRIGGER appointment_delete;
CREATE TRIGGER appointment_delete BEFORE DELETE ON appointment
WHEN NOT EXISTS (SELECT 1 FROM sample_going WHERE company = OLD.company)
BEGIN
    SELECT RAISE(ABORT, 'appointment_delete');
END;

DROP TRIGGER event_delete;
CREATE TRIGGER event_delete BEFORE DELETE ON event
WHEN NOT EXISTS (
    SELECT 1 FROM appointment a JOIN sample_going s ON s.company = a.company WHERE a.id = OLD.appointment
)
BEGIN
    SELECT RAISE(ABORT, 'event_append_only');
END;

DROP TRIGGER delivery_delete;
CREATE TRIGGER delivery_delete BEFORE DELETE ON delivery
WHEN NOT EXISTS (SELECT 1 FROM sample_going WHERE company = OLD.company)
BEGIN
    SELECT RAISE(ABORT, 'delivery_delete');
END;

DROP TRIGGER delivery_attempt_delete;
CREATE TRIGGER delivery_attempt_delete BEFORE DELETE ON delivery_attempt
WHEN NOT EXISTS (SELECT 1 FROM delivery d JOIN sample_going s ON s.company = d.company WHERE d.id = OLD.delivery)
BEGIN
    SELECT RAISE(ABORT, 'delivery_attempt_append_only');
END;

DROP TRIGGER repair_act_delete;
CREATE TRIGGER repair_act_delete BEFORE DELETE ON repair_act
WHEN NOT EXISTS (SELECT 1 FROM delivery d JOIN sample_going s ON s.company = d.company WHERE d.id = OLD.delivery)
BEGIN
    SELECT RAISE(ABORT, 'repair_act_append_only');
END;

DROP TRIGGER waitlist_delete;
CREATE TRIGGER waitlist_delete BEFORE DELETE ON waitlist
WHEN NOT EXISTS (SELECT 1 FROM sample_going WHERE company = OLD.company)
BEGIN
    SELECT RAISE(ABORT, 'waitlist_delete');
END;

DROP TRIGGER finding_delete;
CREATE TRIGGER finding_delete BEFORE DELETE ON finding
WHEN NOT EXISTS (SELECT 1 FROM sample_going WHERE company = OLD.company)
BEGIN
    SELECT RAISE(ABORT, 'finding_delete');
END;

DROP TRIGGER finding_act_delete;
CREATE TRIGGER finding_act_delete BEFORE DELETE ON finding_act
WHEN NOT EXISTS (SELECT 1 FROM finding f JOIN sample_going s ON s.company = f.company WHERE f.id = OLD.finding)
BEGIN
    SELECT RAISE(ABORT, 'finding_act_append_only');
END;

DROP TRIGGER extension_change_delete;
CREATE TRIGGER extension_change_delete BEFORE DELETE ON extension_change
WHEN NOT EXISTS (SELECT 1 FROM sample_going WHERE company = OLD.company)
BEGIN
    SELECT RAISE(ABORT, 'extension_change_append_only');
END;
