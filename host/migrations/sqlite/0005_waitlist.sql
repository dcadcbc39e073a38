-- Who waits for time, and time that has become free.

CREATE TABLE waitlist (
    id          TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
    company     TEXT NOT NULL REFERENCES company (id),
    service     TEXT NOT NULL REFERENCES record (id),
    customer    TEXT NOT NULL REFERENCES record (id),
    -- The visit lies between the two.
    from_us     INTEGER NOT NULL,
    to_us       INTEGER NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('waiting', 'offered', 'booked', 'lapsed', 'withdrawn')),
    -- The hold that it was offered. Either may be written before the other in one transaction.
    appointment TEXT REFERENCES appointment (id) DEFERRABLE INITIALLY DEFERRED,
    created_us  INTEGER NOT NULL,
    updated_us  INTEGER NOT NULL,
    -- What nobody searches by: with whom, where, how many, what they would like.
    details     TEXT NOT NULL CHECK (json_valid(details)),
    CHECK (from_us < to_us),
    CHECK ((state IN ('waiting', 'withdrawn')) = (appointment IS NULL))
) STRICT;

CREATE INDEX waitlist_by_company ON waitlist (company, id);
CREATE INDEX waitlist_by_customer ON waitlist (customer, id);
CREATE INDEX waitlist_waiting ON waitlist (company, id) WHERE state = 'waiting';
CREATE UNIQUE INDEX waitlist_by_appointment ON waitlist (appointment) WHERE appointment IS NOT NULL;

CREATE TRIGGER waitlist_identity BEFORE UPDATE OF id, company, service, customer, from_us, to_us, created_us ON waitlist
BEGIN
    SELECT RAISE(ABORT, 'waitlist_identity');
END;

CREATE TRIGGER waitlist_state BEFORE UPDATE OF state ON waitlist
WHEN NOT (
    OLD.state = 'waiting' AND NEW.state IN ('offered', 'withdrawn')
    OR OLD.state = 'offered' AND NEW.state IN ('booked', 'lapsed')
)
BEGIN
    SELECT RAISE(ABORT, 'waitlist_state');
END;

CREATE TRIGGER waitlist_delete BEFORE DELETE ON waitlist
BEGIN
    SELECT RAISE(ABORT, 'waitlist_delete');
END;

-- An offer is taken when its hold is booked, and has passed when its hold is given up, whoever does it.
CREATE TRIGGER waitlist_answer AFTER UPDATE OF status ON appointment
WHEN OLD.status = 'open' AND NEW.status <> 'open'
BEGIN
    UPDATE waitlist SET state = CASE NEW.status WHEN 'cancelled' THEN 'lapsed' ELSE 'booked' END,
        updated_us = NEW.updated_us
    WHERE appointment = NEW.id AND state = 'offered';
END;

-- Time in which somebody on the waitlist may find a place now. It is written by the transaction that makes it so, and
-- only where somebody waits; a row is removed when all who wait have been considered.
CREATE TABLE freed (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    company        TEXT NOT NULL REFERENCES company (id),
    -- Whose time it is; none means that anybody's may fit by now.
    provider       TEXT REFERENCES record (id),
    start_us       INTEGER NOT NULL,
    end_us         INTEGER NOT NULL,
    lease_owner    TEXT,
    lease_until_us INTEGER,
    CHECK (start_us < end_us),
    CHECK ((lease_owner IS NULL) = (lease_until_us IS NULL))
) STRICT;

-- Where units become free, too, it may be somebody else who can be booked.
CREATE TRIGGER freed_by_claim AFTER DELETE ON claim
WHEN EXISTS (
    SELECT 1 FROM appointment a JOIN waitlist w ON w.company = a.company
    WHERE a.id = OLD.appointment AND w.state = 'waiting' AND w.from_us < OLD.end_us AND w.to_us > OLD.start_us
)
BEGIN
    INSERT INTO freed (company, provider, start_us, end_us)
    SELECT a.company,
        CASE WHEN EXISTS (SELECT 1 FROM unit_claim u WHERE u.appointment = a.id) THEN NULL ELSE OLD.provider END,
        OLD.start_us, OLD.end_us
    FROM appointment a WHERE a.id = OLD.appointment;
END;

-- Leave that is taken back, a longer shift, another room. One row is enough until somebody takes it in hand.
CREATE TRIGGER freed_by_change AFTER UPDATE OF version ON record
WHEN NEW.kind IN ('company', 'branch', 'service', 'provider', 'unit')
BEGIN
    INSERT INTO freed (company, provider, start_us, end_us)
    SELECT NEW.company, NULL, wish.start_us, wish.end_us
    FROM (
        SELECT min(from_us) AS start_us, max(to_us) AS end_us FROM waitlist
        WHERE company = NEW.company AND state = 'waiting' AND to_us > NEW.updated_us
    ) wish
    WHERE wish.start_us IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM freed f
        WHERE f.company = NEW.company AND f.provider IS NULL AND f.lease_owner IS NULL
            AND f.start_us <= wish.start_us AND f.end_us >= wish.end_us
    );
END;

CREATE TRIGGER freed_by_unit AFTER INSERT ON record WHEN NEW.kind = 'unit'
BEGIN
    INSERT INTO freed (company, provider, start_us, end_us)
    SELECT NEW.company, NULL, min(w.from_us), max(w.to_us) FROM waitlist w
    WHERE w.company = NEW.company AND w.state = 'waiting' AND w.to_us > NEW.updated_us
    HAVING count(*) > 0;
END;

-- Whoever joins may find a place at once.
CREATE TRIGGER freed_for_new AFTER INSERT ON waitlist WHEN NEW.state = 'waiting'
BEGIN
    INSERT INTO freed (company, provider, start_us, end_us) VALUES (NEW.company, NULL, NEW.from_us, NEW.to_us);
END;
