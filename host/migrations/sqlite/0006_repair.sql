-- What became of each try to bring a document to the books, and what people did about it.

-- Whether the document stood already when it was asked for.
ALTER TABLE delivery ADD COLUMN adopted INTEGER NOT NULL DEFAULT 0 CHECK (adopted IN (0, 1));
-- How many acts of people there are about it; see `repair_act`.
ALTER TABLE delivery ADD COLUMN repairs INTEGER NOT NULL DEFAULT 0 CHECK (repairs >= 0);

-- Whose turn it is, company by company: how claiming passes over those whose books do not answer, however many of
-- their documents wait.
CREATE INDEX delivery_due_of ON delivery (company, next_attempt_us, id) WHERE state = 'pending' AND blocked_by IS NULL;

-- The number is what `delivery.attempts` was at that time. One that is left out was never heard of again: the host that
-- had it in hand died.
CREATE TABLE delivery_attempt (
    delivery    INTEGER NOT NULL REFERENCES delivery (id),
    number      INTEGER NOT NULL CHECK (number >= 1),
    started_us  INTEGER NOT NULL,
    finished_us INTEGER NOT NULL,
    -- None means that the document stands.
    class       TEXT CHECK (
        class IN ('retry', 'throttled', 'busy', 'ambiguous', 'reauthenticate', 'refused', 'bug')
    ),
    reason      TEXT,
    message     TEXT,
    adopted     INTEGER NOT NULL CHECK (adopted IN (0, 1)),
    PRIMARY KEY (delivery, number),
    CHECK ((class IS NULL) = (message IS NULL)),
    CHECK ((reason IS NOT NULL) = coalesce(class = 'refused', 0)),
    CHECK (adopted = 0 OR class IS NULL)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER delivery_attempt_update BEFORE UPDATE ON delivery_attempt
BEGIN
    SELECT RAISE(ABORT, 'delivery_attempt_append_only');
END;

CREATE TRIGGER delivery_attempt_delete BEFORE DELETE ON delivery_attempt
BEGIN
    SELECT RAISE(ABORT, 'delivery_attempt_append_only');
END;

-- What people did about a delivery, numbered from 1 for each.
CREATE TABLE repair_act (
    delivery INTEGER NOT NULL REFERENCES delivery (id),
    number   INTEGER NOT NULL CHECK (number >= 1),
    at_us    INTEGER NOT NULL,
    -- Who: the label of an API key, or a user of the machine.
    actor    TEXT NOT NULL,
    act      TEXT NOT NULL CHECK (act IN ('retry', 'skip', 'adopt', 'edit', 'resend')),
    reason   TEXT NOT NULL,
    details  TEXT NOT NULL CHECK (json_valid(details)),
    PRIMARY KEY (delivery, number)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER repair_act_update BEFORE UPDATE ON repair_act
BEGIN
    SELECT RAISE(ABORT, 'repair_act_append_only');
END;

CREATE TRIGGER repair_act_delete BEFORE DELETE ON repair_act
BEGIN
    SELECT RAISE(ABORT, 'repair_act_append_only');
END;

-- A document that stands is final, unless somebody says in the same transaction that it does not stand any more.
DROP TRIGGER delivery_finality;

CREATE TRIGGER delivery_finality BEFORE UPDATE ON delivery
WHEN OLD.state = 'done' AND NOT (
    NEW.repairs = OLD.repairs + 1 AND NEW.attempts = OLD.attempts AND EXISTS (
        SELECT 1 FROM repair_act r
        WHERE r.delivery = OLD.id AND r.number = NEW.repairs
            AND (r.act = 'resend' AND NEW.state = 'pending' OR r.act = 'adopt' AND NEW.state = 'done')
    )
)
BEGIN
    SELECT RAISE(ABORT, 'delivery_done');
END;

-- Documents that stand, by the day they belong to: what is compared with the books.
CREATE INDEX delivery_by_day ON delivery (company, json_extract(posting, '$.date'), id) WHERE state = 'done';
