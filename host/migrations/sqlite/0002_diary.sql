-- Appointments, the time they take from a provider, and their trail.

CREATE TABLE appointment (
    id                TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
    company           TEXT NOT NULL REFERENCES company (id),
    branch            TEXT NOT NULL REFERENCES record (id),
    service           TEXT NOT NULL REFERENCES record (id),
    customer          TEXT NOT NULL REFERENCES record (id),
    provider          TEXT NOT NULL REFERENCES record (id),
    name              TEXT NOT NULL CHECK (name <> ''),
    status            TEXT NOT NULL CHECK (status IN ('open', 'scheduled', 'confirmed', 'en_route', 'in_progress',
                                                      'paused', 'completed', 'cancelled', 'no_show')),
    revision          INTEGER NOT NULL CHECK (revision >= 1),
    start_us          INTEGER NOT NULL CHECK (start_us % 60000000 = 0),
    end_us            INTEGER NOT NULL CHECK (end_us % 60000000 = 0),
    reserved_start_us INTEGER NOT NULL CHECK (reserved_start_us % 60000000 = 0),
    reserved_end_us   INTEGER NOT NULL CHECK (reserved_end_us % 60000000 = 0),
    hold_until_us     INTEGER,
    -- Each may be written before the other in one transaction.
    predecessor       TEXT REFERENCES appointment (id) DEFERRABLE INITIALLY DEFERRED,
    successor         TEXT REFERENCES appointment (id) DEFERRABLE INITIALLY DEFERRED,
    created_us        INTEGER NOT NULL,
    updated_us        INTEGER NOT NULL,
    -- What nobody searches by: price, actual times, notes.
    details           TEXT NOT NULL CHECK (json_valid(details)),
    CHECK (start_us < end_us),
    CHECK (reserved_start_us <= start_us AND end_us <= reserved_end_us),
    CHECK ((status = 'open') = (hold_until_us IS NOT NULL)),
    CHECK (created_us <= updated_us)
) STRICT;

CREATE INDEX appointment_by_company ON appointment (company, id);
CREATE INDEX appointment_by_customer ON appointment (customer, id);
CREATE INDEX appointment_by_provider ON appointment (provider, start_us);
CREATE INDEX appointment_by_hold ON appointment (hold_until_us, id) WHERE status = 'open';

CREATE TRIGGER appointment_identity BEFORE UPDATE OF id, company, created_us ON appointment
BEGIN
    SELECT RAISE(ABORT, 'appointment_identity');
END;

CREATE TRIGGER appointment_revision BEFORE UPDATE ON appointment WHEN NEW.revision <> OLD.revision + 1
BEGIN
    SELECT RAISE(ABORT, 'appointment_revision');
END;

CREATE TRIGGER appointment_delete BEFORE DELETE ON appointment
BEGIN
    SELECT RAISE(ABORT, 'appointment_delete');
END;

-- At most one for each appointment: the time it takes from its provider, buffers included.
CREATE TABLE claim (
    appointment TEXT PRIMARY KEY NOT NULL REFERENCES appointment (id),
    provider    TEXT NOT NULL REFERENCES record (id),
    start_us    INTEGER NOT NULL CHECK (start_us % 60000000 = 0),
    end_us      INTEGER NOT NULL CHECK (end_us % 60000000 = 0),
    CHECK (start_us < end_us),
    -- Three days: the longest visit with the longest buffers. The look-back for overlaps is bounded by it, so that
    -- a booking costs the same however long the history is.
    CHECK (end_us - start_us <= 259200000000)
) STRICT, WITHOUT ROWID;

CREATE INDEX claim_by_provider ON claim (provider, start_us, end_us);

CREATE TRIGGER claim_insert BEFORE INSERT ON claim
WHEN EXISTS (
    SELECT 1 FROM claim c
    WHERE c.provider = NEW.provider AND c.start_us > NEW.start_us - 259200000000 AND c.start_us < NEW.end_us
        AND c.end_us > NEW.start_us AND c.appointment <> NEW.appointment
)
BEGIN
    SELECT RAISE(ABORT, 'double_booking');
END;

CREATE TRIGGER claim_update BEFORE UPDATE ON claim
WHEN EXISTS (
    SELECT 1 FROM claim c
    WHERE c.provider = NEW.provider AND c.start_us > NEW.start_us - 259200000000 AND c.start_us < NEW.end_us
        AND c.end_us > NEW.start_us AND c.appointment <> OLD.appointment
)
BEGIN
    SELECT RAISE(ABORT, 'double_booking');
END;

CREATE TABLE event (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    appointment  TEXT NOT NULL REFERENCES appointment (id),
    revision     INTEGER NOT NULL CHECK (revision >= 1),
    at_us        INTEGER NOT NULL,
    actor        TEXT NOT NULL CHECK (actor IN ('customer', 'provider', 'staff', 'system')),
    name         TEXT NOT NULL CHECK (name <> ''),
    message      TEXT NOT NULL,
    from_status  TEXT CHECK (from_status IN ('open', 'scheduled', 'confirmed', 'en_route', 'in_progress', 'paused',
                                             'completed', 'cancelled', 'no_show')),
    to_status    TEXT NOT NULL CHECK (to_status IN ('open', 'scheduled', 'confirmed', 'en_route', 'in_progress',
                                                    'paused', 'completed', 'cancelled', 'no_show')),
    rules_digest TEXT NOT NULL,
    attributes   TEXT NOT NULL CHECK (json_valid(attributes))
) STRICT;

CREATE INDEX event_by_appointment ON event (appointment, id);

CREATE TRIGGER event_update BEFORE UPDATE ON event
BEGIN
    SELECT RAISE(ABORT, 'event_append_only');
END;

CREATE TRIGGER event_delete BEFORE DELETE ON event
BEGIN
    SELECT RAISE(ABORT, 'event_append_only');
END;
