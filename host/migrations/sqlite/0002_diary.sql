-- Appointments, the time they take from providers and units, and their trail.

-- Appointments sold together.
CREATE TABLE booking (
    id         TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
    company    TEXT NOT NULL REFERENCES company (id),
    customer   TEXT NOT NULL REFERENCES record (id),
    created_us INTEGER NOT NULL,
    -- How its appointments lie in time, and what it costs: one price and one deposit.
    details    TEXT NOT NULL CHECK (json_valid(details))
) STRICT;

CREATE INDEX booking_by_company ON booking (company, id);

-- Appointments that recur.
CREATE TABLE series (
    id         TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
    company    TEXT NOT NULL REFERENCES company (id),
    created_us INTEGER NOT NULL,
    -- The rule by RFC 5545, and what each occurrence is.
    details    TEXT NOT NULL CHECK (json_valid(details))
) STRICT;

CREATE INDEX series_by_company ON series (company, id);

CREATE TABLE appointment (
    id                TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
    company           TEXT NOT NULL REFERENCES company (id),
    branch            TEXT NOT NULL REFERENCES record (id),
    service           TEXT NOT NULL REFERENCES record (id),
    customer          TEXT NOT NULL REFERENCES record (id),
    provider          TEXT NOT NULL REFERENCES record (id),
    -- CASE is a word of SQL.
    case_id           TEXT REFERENCES record (id),
    booking           TEXT REFERENCES booking (id),
    series            TEXT REFERENCES series (id),
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
    -- What nobody searches by: price, payments, units, actual times, notes.
    details           TEXT NOT NULL CHECK (json_valid(details)),
    CHECK (start_us < end_us),
    CHECK (reserved_start_us <= start_us AND end_us <= reserved_end_us),
    CHECK ((status = 'open') = (hold_until_us IS NOT NULL)),
    CHECK (created_us <= updated_us)
) STRICT;

CREATE INDEX appointment_by_company ON appointment (company, id);
CREATE INDEX appointment_by_customer ON appointment (customer, id);
CREATE INDEX appointment_by_provider ON appointment (provider, start_us);
-- When a provider was last booked is one look into it.
CREATE INDEX appointment_by_booking_time ON appointment (provider, created_us);
CREATE INDEX appointment_by_case ON appointment (case_id, id) WHERE case_id IS NOT NULL;
CREATE INDEX appointment_by_group ON appointment (booking, id) WHERE booking IS NOT NULL;
CREATE INDEX appointment_by_series ON appointment (series, id) WHERE series IS NOT NULL;
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
    -- What takes the time: the appointment itself, or a visit that it shares with others of the same key.
    visit       TEXT NOT NULL CHECK (visit <> ''),
    guests      INTEGER NOT NULL CHECK (guests >= 0),
    -- How many guests a shared visit has room for; none where the visit is one appointment's own.
    seats       INTEGER CHECK (seats >= 1),
    CHECK ((seats IS NULL) = (visit = appointment)),
    CHECK (start_us < end_us),
    -- Three days: the longest visit with the longest buffers. The look-back for overlaps is bounded by it, so that
    -- a booking costs the same however long the history is.
    CHECK (end_us - start_us <= 259200000000)
) STRICT, WITHOUT ROWID;

CREATE INDEX claim_by_provider ON claim (provider, start_us, end_us);

-- Two visits of one provider never overlap; those who share a visit share all of its time.
CREATE TRIGGER claim_overlap BEFORE INSERT ON claim
WHEN EXISTS (
    SELECT 1 FROM claim c
    WHERE c.provider = NEW.provider AND c.start_us > NEW.start_us - 259200000000 AND c.start_us < NEW.end_us
        AND c.end_us > NEW.start_us
        AND (c.visit <> NEW.visit OR c.start_us <> NEW.start_us OR c.end_us <> NEW.end_us)
)
BEGIN
    SELECT RAISE(ABORT, 'double_booking');
END;

CREATE TRIGGER claim_seats BEFORE INSERT ON claim
WHEN NEW.seats < NEW.guests + (
    SELECT coalesce(sum(c.guests), 0) FROM claim c
    WHERE c.provider = NEW.provider AND c.start_us = NEW.start_us AND c.visit = NEW.visit
)
BEGIN
    SELECT RAISE(ABORT, 'no_seat_left');
END;

-- A claim is given up and taken anew, never bent: the triggers above see every one.
CREATE TRIGGER claim_update BEFORE UPDATE ON claim
BEGIN
    SELECT RAISE(ABORT, 'claim_immutable');
END;

-- The time an appointment takes from each of its units. It lies as its claim does.
CREATE TABLE unit_claim (
    appointment TEXT NOT NULL REFERENCES appointment (id),
    unit        TEXT NOT NULL REFERENCES record (id),
    start_us    INTEGER NOT NULL,
    end_us      INTEGER NOT NULL,
    visit       TEXT NOT NULL CHECK (visit <> ''),
    PRIMARY KEY (appointment, unit),
    CHECK (start_us < end_us),
    CHECK (end_us - start_us <= 259200000000)
) STRICT, WITHOUT ROWID;

CREATE INDEX unit_claim_by_unit ON unit_claim (unit, start_us, end_us, visit);

-- The parts of a unit are found without reading all units, on every claim.
CREATE INDEX unit_by_parent ON record (data ->> '$.parent') WHERE kind = 'unit';

-- How many visits may use a unit at once.
CREATE VIEW unit_room AS
SELECT id AS unit, data ->> '$.parent' AS parent,
    CASE WHEN data ->> '$.overlap_allowed' THEN data ->> '$.capacity' ELSE 1 END AS capacity
FROM record WHERE kind = 'unit';

-- A unit has no more visits at once than it has room for, those of its parts included.
-- The first question spares a unit without parts that nobody else uses at the time.
CREATE TRIGGER unit_claim_capacity BEFORE INSERT ON unit_claim
WHEN (
    EXISTS (
        SELECT 1 FROM unit_claim c
        WHERE c.unit = NEW.unit AND c.start_us > NEW.start_us - 259200000000 AND c.start_us < NEW.end_us
            AND c.end_us > NEW.start_us AND c.visit <> NEW.visit
    ) OR EXISTS (SELECT 1 FROM unit_room WHERE parent = NEW.unit)
) AND (
    WITH RECURSIVE part (unit) AS (
        SELECT NEW.unit
        UNION
        SELECT r.unit FROM part p CROSS JOIN unit_room r ON r.parent = p.unit
    ),
    near (start_us, end_us, visit) AS (
        SELECT c.start_us, c.end_us, c.visit FROM part p CROSS JOIN unit_claim c ON c.unit = p.unit
        WHERE c.start_us > NEW.start_us - 259200000000 AND c.start_us < NEW.end_us AND c.end_us > NEW.start_us
            AND c.visit <> NEW.visit
    ),
    -- Where it is fullest, some visit has just begun, or the new one.
    moment (at_us) AS (
        SELECT NEW.start_us UNION SELECT start_us FROM near WHERE start_us > NEW.start_us
    )
    SELECT max((SELECT count(DISTINCT n.visit) FROM near n WHERE n.start_us <= m.at_us AND n.end_us > m.at_us))
    FROM moment m
) >= (SELECT capacity FROM unit_room WHERE unit = NEW.unit)
BEGIN
    SELECT RAISE(ABORT, 'unit_taken');
END;

-- Where some visit uses a unit as a whole, each visit of a part takes one place of it, too.
-- The first question spares units that are a part of nothing, which most are, the rest of it.
CREATE TRIGGER unit_claim_whole BEFORE INSERT ON unit_claim
WHEN EXISTS (SELECT 1 FROM unit_room WHERE unit = NEW.unit AND parent IS NOT NULL) AND EXISTS (
    WITH RECURSIVE whole (unit) AS (
        SELECT parent FROM unit_room WHERE unit = NEW.unit AND parent IS NOT NULL
        UNION
        SELECT r.parent FROM whole w CROSS JOIN unit_room r ON r.unit = w.unit WHERE r.parent IS NOT NULL
    ),
    part (whole, unit) AS (
        SELECT unit, unit FROM whole
        UNION
        SELECT p.whole, r.unit FROM part p CROSS JOIN unit_room r ON r.parent = p.unit
    ),
    near (whole, as_a_whole, start_us, end_us, visit) AS (
        SELECT p.whole, p.unit = p.whole, c.start_us, c.end_us, c.visit
        FROM part p CROSS JOIN unit_claim c ON c.unit = p.unit
        WHERE c.start_us > NEW.start_us - 259200000000 AND c.start_us < NEW.end_us AND c.end_us > NEW.start_us
            AND c.visit <> NEW.visit
    ),
    moment (whole, at_us) AS (
        SELECT whole, NEW.start_us FROM near UNION SELECT whole, start_us FROM near WHERE start_us > NEW.start_us
    )
    SELECT 1 FROM moment m CROSS JOIN unit_room r ON r.unit = m.whole
    WHERE EXISTS (
        SELECT 1 FROM near n
        WHERE n.whole = m.whole AND n.as_a_whole AND n.start_us <= m.at_us AND n.end_us > m.at_us
    ) AND r.capacity <= (
        SELECT count(DISTINCT n.visit) FROM near n
        WHERE n.whole = m.whole AND n.start_us <= m.at_us AND n.end_us > m.at_us
    )
)
BEGIN
    SELECT RAISE(ABORT, 'unit_taken');
END;

-- Those who share a visit share its place: nobody joins it with a unit that the others do not use.
CREATE TRIGGER unit_claim_visit BEFORE INSERT ON unit_claim
WHEN EXISTS (
    SELECT 1 FROM claim own JOIN claim c ON c.provider = own.provider AND c.start_us = own.start_us
    WHERE own.appointment = NEW.appointment AND c.appointment <> NEW.appointment AND c.visit = NEW.visit
        AND NOT EXISTS (SELECT 1 FROM unit_claim u WHERE u.appointment = c.appointment AND u.unit = NEW.unit)
)
BEGIN
    SELECT RAISE(ABORT, 'visit_elsewhere');
END;

CREATE TRIGGER unit_claim_update BEFORE UPDATE ON unit_claim
BEGIN
    SELECT RAISE(ABORT, 'claim_immutable');
END;

-- What the claims come to, a row for each provider or unit and day in UTC, so that a search over many of them reads
-- little. Derived: a commit that changes a claim writes the rows of its days anew.
CREATE TABLE busy (
    resource TEXT NOT NULL,
    -- Days since 1970-01-01.
    day      INTEGER NOT NULL,
    -- Layers of 288 slots of five minutes, 36 bytes each: bit k of layer n is set where more than n visits have the
    -- slot. Lowest bit first.
    layers   BLOB NOT NULL CHECK (length(layers) % 36 = 0 AND length(layers) > 0),
    -- Minutes of the first layer.
    minutes  INTEGER NOT NULL CHECK (minutes > 0),
    PRIMARY KEY (resource, day)
) STRICT, WITHOUT ROWID;

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
