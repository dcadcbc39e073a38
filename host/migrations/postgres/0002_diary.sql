-- Appointments, the time they take from providers and units, and their trail.

-- Whether an instant lies on the grid of whole minutes that times are kept on.
CREATE FUNCTION whole_minute(at timestamptz) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN mod(extract(epoch FROM at), 60) = 0;

-- Appointments sold together.
CREATE TABLE booking (
    id         uuid PRIMARY KEY,
    company    uuid NOT NULL REFERENCES company (id),
    customer   uuid NOT NULL REFERENCES record (id),
    created_at timestamptz NOT NULL,
    details    json NOT NULL
);

CREATE INDEX booking_by_company ON booking (company, id);

-- Appointments that recur.
CREATE TABLE series (
    id         uuid PRIMARY KEY,
    company    uuid NOT NULL REFERENCES company (id),
    created_at timestamptz NOT NULL,
    details    json NOT NULL
);

CREATE INDEX series_by_company ON series (company, id);

CREATE TABLE appointment (
    id                uuid PRIMARY KEY,
    company           uuid NOT NULL REFERENCES company (id),
    branch            uuid NOT NULL REFERENCES record (id),
    service           uuid NOT NULL REFERENCES record (id),
    customer          uuid NOT NULL REFERENCES record (id),
    provider          uuid NOT NULL REFERENCES record (id),
    -- CASE is a word of SQL.
    case_id           uuid REFERENCES record (id),
    booking           uuid REFERENCES booking (id),
    series            uuid REFERENCES series (id),
    name              text NOT NULL CHECK (name <> ''),
    status            text NOT NULL CHECK (status IN ('open', 'scheduled', 'confirmed', 'en_route', 'in_progress',
                                                      'paused', 'completed', 'cancelled', 'no_show')),
    revision          bigint NOT NULL CHECK (revision >= 1),
    start_at          timestamptz NOT NULL CHECK (whole_minute(start_at)),
    end_at            timestamptz NOT NULL CHECK (whole_minute(end_at)),
    reserved_start_at timestamptz NOT NULL CHECK (whole_minute(reserved_start_at)),
    reserved_end_at   timestamptz NOT NULL CHECK (whole_minute(reserved_end_at)),
    hold_until_at     timestamptz,
    -- Each may be written before the other in one transaction.
    predecessor       uuid REFERENCES appointment (id) DEFERRABLE INITIALLY DEFERRED,
    successor         uuid REFERENCES appointment (id) DEFERRABLE INITIALLY DEFERRED,
    created_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL,
    -- What nobody searches by: price, payments, units, actual times, notes.
    details           json NOT NULL,
    CHECK (start_at < end_at),
    CHECK (reserved_start_at <= start_at AND end_at <= reserved_end_at),
    CHECK ((status = 'open') = (hold_until_at IS NOT NULL)),
    CHECK (created_at <= updated_at)
);

CREATE INDEX appointment_by_company ON appointment (company, id);
CREATE INDEX appointment_by_customer ON appointment (customer, id);
CREATE INDEX appointment_by_provider ON appointment (provider, start_at);
-- When a provider was last booked is one look into it.
CREATE INDEX appointment_by_booking_time ON appointment (provider, created_at);
CREATE INDEX appointment_by_case ON appointment (case_id, id) WHERE case_id IS NOT NULL;
CREATE INDEX appointment_by_group ON appointment (booking, id) WHERE booking IS NOT NULL;
CREATE INDEX appointment_by_series ON appointment (series, id) WHERE series IS NOT NULL;
CREATE INDEX appointment_by_hold ON appointment (hold_until_at, id) WHERE status = 'open';

CREATE TRIGGER appointment_identity BEFORE UPDATE ON appointment FOR EACH ROW
WHEN ((NEW.id, NEW.company, NEW.created_at) IS DISTINCT FROM (OLD.id, OLD.company, OLD.created_at))
EXECUTE FUNCTION refuse('appointment_identity');

CREATE TRIGGER appointment_revision BEFORE UPDATE ON appointment FOR EACH ROW
WHEN (NEW.revision <> OLD.revision + 1)
EXECUTE FUNCTION refuse('appointment_revision');

CREATE TRIGGER appointment_delete BEFORE DELETE ON appointment FOR EACH ROW
EXECUTE FUNCTION refuse('appointment_delete');

-- At most one for each appointment: the time it takes from its provider, buffers included.
CREATE TABLE claim (
    appointment uuid PRIMARY KEY REFERENCES appointment (id),
    provider    uuid NOT NULL REFERENCES record (id),
    start_at    timestamptz NOT NULL CHECK (whole_minute(start_at)),
    end_at      timestamptz NOT NULL CHECK (whole_minute(end_at)),
    -- What takes the time: the appointment itself, or a visit that it shares with others of the same key.
    visit       text NOT NULL CHECK (visit <> ''),
    guests      bigint NOT NULL CHECK (guests >= 0),
    -- How many guests a shared visit has room for; none where the visit is one appointment's own.
    seats       bigint CHECK (seats >= 1),
    CHECK ((seats IS NULL) = (visit = appointment::text)),
    CHECK (start_at < end_at),
    -- Three days: the longest visit with the longest buffers. Searches look back no further.
    CHECK (end_at - start_at <= interval '72 hours'),
    -- No two visits overlap, whoever writes them. Ranges are half-open: one may begin when another ends.
    CONSTRAINT double_booking
        EXCLUDE USING gist (provider WITH =, visit WITH <>, tstzrange(start_at, end_at) WITH &&)
);

-- For searches over many providers, which the index above would go through one by one.
CREATE INDEX claim_by_provider ON claim (provider, start_at, end_at);

-- Those who share a visit share all of its time, and its seats. The provider's record is locked, so that two who come
-- at once are counted one after the other.
CREATE FUNCTION claim_shared() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM record WHERE id = NEW.provider FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT FROM claim c
        WHERE c.provider = NEW.provider AND c.visit = NEW.visit
            AND c.start_at < NEW.end_at AND c.end_at > NEW.start_at
            AND (c.start_at, c.end_at) <> (NEW.start_at, NEW.end_at)
    ) THEN
        RAISE EXCEPTION USING MESSAGE = 'double_booking', ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.seats < NEW.guests + (
        SELECT coalesce(sum(c.guests), 0) FROM claim c
        WHERE c.provider = NEW.provider AND c.visit = NEW.visit AND c.start_at = NEW.start_at
    ) THEN
        RAISE EXCEPTION USING MESSAGE = 'no_seat_left', ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER claim_shared BEFORE INSERT ON claim FOR EACH ROW WHEN (NEW.seats IS NOT NULL)
EXECUTE FUNCTION claim_shared();

-- A claim is given up and taken anew, never bent: what guards it sees every one.
CREATE TRIGGER claim_update BEFORE UPDATE ON claim FOR EACH ROW EXECUTE FUNCTION refuse('claim_immutable');

-- The time an appointment takes from each of its units. It lies as its claim does.
CREATE TABLE unit_claim (
    appointment uuid NOT NULL REFERENCES appointment (id),
    unit        uuid NOT NULL REFERENCES record (id),
    start_at    timestamptz NOT NULL,
    end_at      timestamptz NOT NULL,
    visit       text NOT NULL CHECK (visit <> ''),
    PRIMARY KEY (appointment, unit),
    CHECK (start_at < end_at),
    CHECK (end_at - start_at <= interval '72 hours')
);

CREATE INDEX unit_claim_by_unit ON unit_claim (unit, start_at, end_at, visit);

-- The parts of a unit are found without reading all units, on every claim.
CREATE INDEX unit_by_parent ON record (((data ->> 'parent')::uuid)) WHERE kind = 'unit';

-- How many visits may use a unit at once.
CREATE VIEW unit_room AS
SELECT id AS unit, (data ->> 'parent')::uuid AS parent,
    CASE WHEN (data ->> 'overlap_allowed')::boolean THEN (data ->> 'capacity')::bigint ELSE 1 END AS capacity
FROM record WHERE kind = 'unit';

-- The unit that everything around it is a part of. Whoever takes or gives up time of any of them locks this one.
CREATE FUNCTION unit_root(of uuid) RETURNS uuid LANGUAGE sql STABLE AS $$
    WITH RECURSIVE whole (unit, parent, depth) AS (
        SELECT unit, parent, 0 FROM unit_room WHERE unit = of
        UNION ALL
        SELECT r.unit, r.parent, w.depth + 1 FROM whole w JOIN unit_room r ON r.unit = w.parent
        -- Units that are parts of each other have no root; this many steps are enough for all others.
        WHERE w.depth < 100
    )
    SELECT unit FROM whole ORDER BY depth DESC, unit LIMIT 1
$$;

CREATE FUNCTION unit_claim_capacity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM record WHERE id = unit_root(NEW.unit) FOR NO KEY UPDATE;
    -- A unit has no more visits at once than it has room for, those of its parts included.
    IF (
        WITH RECURSIVE part (unit) AS (
            SELECT NEW.unit
            UNION
            SELECT r.unit FROM part p JOIN unit_room r ON r.parent = p.unit
        ),
        near AS (
            SELECT c.start_at, c.end_at, c.visit FROM part p JOIN unit_claim c ON c.unit = p.unit
            WHERE c.start_at > NEW.start_at - interval '72 hours' AND c.start_at < NEW.end_at
                AND c.end_at > NEW.start_at AND c.visit <> NEW.visit
        ),
        -- Where it is fullest, some visit has just begun, or the new one.
        moment (at) AS (
            SELECT NEW.start_at UNION SELECT start_at FROM near WHERE start_at > NEW.start_at
        )
        SELECT max((SELECT count(DISTINCT n.visit) FROM near n WHERE n.start_at <= m.at AND n.end_at > m.at))
        FROM moment m
    ) >= (SELECT capacity FROM unit_room WHERE unit = NEW.unit)
    -- Where some visit uses a unit as a whole, each visit of a part takes one place of it, too.
    OR EXISTS (
        WITH RECURSIVE whole (unit) AS (
            SELECT parent FROM unit_room WHERE unit = NEW.unit AND parent IS NOT NULL
            UNION
            SELECT r.parent FROM whole w JOIN unit_room r ON r.unit = w.unit WHERE r.parent IS NOT NULL
        ),
        part (whole, unit) AS (
            SELECT unit, unit FROM whole
            UNION
            SELECT p.whole, r.unit FROM part p JOIN unit_room r ON r.parent = p.unit
        ),
        near AS (
            SELECT p.whole, p.unit = p.whole AS as_a_whole, c.start_at, c.end_at, c.visit
            FROM part p JOIN unit_claim c ON c.unit = p.unit
            WHERE c.start_at > NEW.start_at - interval '72 hours' AND c.start_at < NEW.end_at
                AND c.end_at > NEW.start_at AND c.visit <> NEW.visit
        ),
        moment (whole, at) AS (
            SELECT whole, NEW.start_at FROM near
            UNION SELECT whole, start_at FROM near WHERE start_at > NEW.start_at
        )
        SELECT FROM moment m JOIN unit_room r ON r.unit = m.whole
        WHERE EXISTS (
            SELECT FROM near n WHERE n.whole = m.whole AND n.as_a_whole AND n.start_at <= m.at AND n.end_at > m.at
        ) AND r.capacity <= (
            SELECT count(DISTINCT n.visit) FROM near n
            WHERE n.whole = m.whole AND n.start_at <= m.at AND n.end_at > m.at
        )
    ) THEN
        RAISE EXCEPTION USING MESSAGE = 'unit_taken', ERRCODE = 'integrity_constraint_violation';
    END IF;
    -- Those who share a visit share its place: nobody joins it with a unit that the others do not use.
    IF EXISTS (
        SELECT FROM claim own JOIN claim c ON c.provider = own.provider AND c.start_at = own.start_at
        WHERE own.appointment = NEW.appointment AND c.appointment <> NEW.appointment AND c.visit = NEW.visit
            AND NOT EXISTS (SELECT FROM unit_claim u WHERE u.appointment = c.appointment AND u.unit = NEW.unit)
    ) THEN
        RAISE EXCEPTION USING MESSAGE = 'visit_elsewhere', ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER unit_claim_capacity BEFORE INSERT ON unit_claim FOR EACH ROW
EXECUTE FUNCTION unit_claim_capacity();

CREATE TRIGGER unit_claim_update BEFORE UPDATE ON unit_claim FOR EACH ROW
EXECUTE FUNCTION refuse('claim_immutable');

-- What the claims come to, a row for each provider or unit and day in UTC, so that a search over many of them reads
-- little. Derived: a commit that changes a claim writes the rows of its days anew, with the provider's record and the
-- unit's root locked.
CREATE TABLE busy (
    resource uuid NOT NULL,
    -- Days since 1970-01-01.
    day      bigint NOT NULL,
    -- Layers of 288 slots of five minutes, 36 bytes each: bit k of layer n is set where more than n visits have the
    -- slot. Lowest bit first.
    layers   bytea NOT NULL CHECK (length(layers) % 36 = 0 AND length(layers) > 0),
    -- Minutes of the first layer.
    minutes  bigint NOT NULL CHECK (minutes > 0),
    PRIMARY KEY (resource, day)
);

CREATE TABLE event (
    id           bigint PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
    appointment  uuid NOT NULL REFERENCES appointment (id),
    revision     bigint NOT NULL CHECK (revision >= 1),
    happened_at  timestamptz NOT NULL,
    actor        text NOT NULL CHECK (actor IN ('customer', 'provider', 'staff', 'system')),
    name         text NOT NULL CHECK (name <> ''),
    message      text NOT NULL,
    from_status  text CHECK (from_status IN ('open', 'scheduled', 'confirmed', 'en_route', 'in_progress', 'paused',
                                             'completed', 'cancelled', 'no_show')),
    to_status    text NOT NULL CHECK (to_status IN ('open', 'scheduled', 'confirmed', 'en_route', 'in_progress',
                                                    'paused', 'completed', 'cancelled', 'no_show')),
    rules_digest text NOT NULL,
    attributes   json NOT NULL
);

CREATE INDEX event_by_appointment ON event (appointment, id);

CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON event FOR EACH ROW
EXECUTE FUNCTION refuse('event_append_only');
