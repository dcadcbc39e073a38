-- Documents on their way to the books.

CREATE TABLE delivery (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    key             TEXT NOT NULL UNIQUE,
    appointment     TEXT NOT NULL REFERENCES appointment (id),
    company         TEXT NOT NULL REFERENCES company (id),
    posting         TEXT NOT NULL CHECK (json_valid(posting)),
    -- Keys of the deliveries it comes after, a JSON array.
    after_keys      TEXT NOT NULL CHECK (json_type(after_keys) = 'array'),
    state           TEXT NOT NULL DEFAULT 'pending'
                    CHECK (state IN ('pending', 'leased', 'done', 'parked', 'skipped')),
    -- One delivery it still waits for. Kept by the triggers below, so that finding whose turn it is costs the same
    -- however many wait behind others.
    blocked_by      INTEGER REFERENCES delivery (id),
    attempts        INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    next_attempt_us INTEGER NOT NULL,
    lease_owner     TEXT,
    lease_until_us  INTEGER,
    failure         TEXT CHECK (json_valid(failure)),
    document        TEXT CHECK (json_valid(document)),
    created_us      INTEGER NOT NULL,
    finished_us     INTEGER,
    CHECK ((state = 'leased') = (lease_owner IS NOT NULL)),
    CHECK ((state = 'leased') = (lease_until_us IS NOT NULL)),
    CHECK ((state = 'done') = (document IS NOT NULL)),
    CHECK ((state IN ('done', 'parked', 'skipped')) = (finished_us IS NOT NULL)),
    CHECK (state <> 'parked' OR failure IS NOT NULL),
    CHECK (blocked_by IS NULL OR state = 'pending')
) STRICT;

CREATE INDEX delivery_by_appointment ON delivery (appointment, id);
CREATE INDEX delivery_by_company ON delivery (company, id);
-- Partial, all of them: the many that are done cost nothing.
CREATE INDEX delivery_parked ON delivery (id) WHERE state = 'parked';
CREATE INDEX delivery_waiting ON delivery (appointment, id) WHERE state = 'pending';
CREATE INDEX delivery_due ON delivery (next_attempt_us, id) WHERE state = 'pending' AND blocked_by IS NULL;
CREATE INDEX delivery_blocked ON delivery (blocked_by) WHERE blocked_by IS NOT NULL;
CREATE INDEX delivery_lease ON delivery (lease_until_us) WHERE state = 'leased';
-- One delivery of an appointment at a time.
CREATE UNIQUE INDEX delivery_in_hand ON delivery (appointment) WHERE state = 'leased';

-- What a delivery waits for: the one of its appointment that is in hand, else the last one before it that is on its
-- way, else one it has to come after. A skipped delivery is waited for no longer; a parked one holds up only those
-- that come after it, themselves or through others, and these hold up nobody else.
CREATE VIEW delivery_obstacle AS
SELECT d.id AS id, coalesce(
    (SELECT e.id FROM delivery e WHERE e.appointment = d.appointment AND e.state = 'leased' AND e.id <> d.id),
    (SELECT max(e.id) FROM delivery e
     WHERE e.appointment = d.appointment AND e.state = 'pending' AND e.id < d.id AND e.id NOT IN (
         WITH RECURSIVE stuck (id, key) AS (
             SELECT p.id, p.key FROM delivery p WHERE p.appointment = d.appointment AND p.state = 'parked'
             UNION
             SELECT n.id, n.key FROM stuck s JOIN delivery n, json_each(n.after_keys) k
             WHERE n.appointment = d.appointment AND n.state = 'pending' AND k.value = s.key
         )
         SELECT id FROM stuck
     )),
    (SELECT min(p.id) FROM json_each(d.after_keys) k JOIN delivery p ON p.key = k.value
     WHERE p.state NOT IN ('done', 'skipped'))
) AS obstacle
FROM delivery d;

-- One that came after nothing, or after something later in line, would wait for ever.
CREATE TRIGGER delivery_prerequisite BEFORE INSERT ON delivery
WHEN NEW.after_keys <> '[]' AND EXISTS (
    SELECT 1 FROM json_each(NEW.after_keys) k LEFT JOIN delivery p ON p.key = k.value WHERE p.id IS NULL
)
BEGIN
    SELECT RAISE(ABORT, 'missing_prerequisite');
END;

CREATE TRIGGER delivery_insert AFTER INSERT ON delivery
BEGIN
    UPDATE delivery SET blocked_by = (SELECT obstacle FROM delivery_obstacle WHERE id = NEW.id) WHERE id = NEW.id;
END;

-- Whoever waited for it waits for something else now, or for nothing; back in line, it goes before the later ones
-- again. One that is parked lets those pass that do not come after it.
CREATE TRIGGER delivery_state AFTER UPDATE OF state ON delivery WHEN NEW.state <> 'leased'
BEGIN
    UPDATE delivery SET blocked_by = (SELECT obstacle FROM delivery_obstacle o WHERE o.id = delivery.id)
    WHERE appointment = NEW.appointment AND state = 'pending';
    -- Those of other appointments that come after it.
    UPDATE delivery SET blocked_by = (SELECT obstacle FROM delivery_obstacle o WHERE o.id = delivery.id)
    WHERE blocked_by = NEW.id;
END;

CREATE TRIGGER delivery_identity
BEFORE UPDATE OF id, key, appointment, company, posting, after_keys, created_us ON delivery
BEGIN
    SELECT RAISE(ABORT, 'delivery_immutable');
END;

CREATE TRIGGER delivery_finality BEFORE UPDATE ON delivery WHEN OLD.state = 'done'
BEGIN
    SELECT RAISE(ABORT, 'delivery_done');
END;

CREATE TRIGGER delivery_delete BEFORE DELETE ON delivery
BEGIN
    SELECT RAISE(ABORT, 'delivery_delete');
END;
