-- What became of each try to bring a document to the books, and what people did about it.

-- Whether the document stood already when it was asked for.
ALTER TABLE delivery ADD COLUMN adopted boolean NOT NULL DEFAULT FALSE;
-- How many acts of people there are about it; see `repair_act`.
ALTER TABLE delivery ADD COLUMN repairs bigint NOT NULL DEFAULT 0 CHECK (repairs >= 0);

-- Whose turn it is, company by company: how claiming passes over those whose books do not answer, however many of
-- their documents wait.
CREATE INDEX delivery_due_of ON delivery (company, next_attempt_at, id)
WHERE state = 'pending' AND blocked_by IS NULL AND prerequisites_left = 0;

-- The number is what `delivery.attempts` was at that time. One that is left out was never heard of again: the host that
-- had it in hand died.
CREATE TABLE delivery_attempt (
    delivery    bigint NOT NULL REFERENCES delivery (id),
    number      bigint NOT NULL CHECK (number >= 1),
    started_at  timestamptz NOT NULL,
    finished_at timestamptz NOT NULL,
    -- None means that the document stands.
    class       text CHECK (
        class IN ('retry', 'throttled', 'busy', 'ambiguous', 'reauthenticate', 'refused', 'bug')
    ),
    reason      text,
    message     text,
    adopted     boolean NOT NULL,
    PRIMARY KEY (delivery, number),
    CHECK ((class IS NULL) = (message IS NULL)),
    CHECK ((reason IS NOT NULL) = coalesce(class = 'refused', FALSE)),
    CHECK (NOT adopted OR class IS NULL)
);

CREATE TRIGGER delivery_attempt_append_only BEFORE UPDATE OR DELETE ON delivery_attempt FOR EACH ROW
EXECUTE FUNCTION refuse('delivery_attempt_append_only');

-- What people did about a delivery, numbered from 1 for each.
CREATE TABLE repair_act (
    delivery bigint NOT NULL REFERENCES delivery (id),
    number   bigint NOT NULL CHECK (number >= 1),
    acted_at timestamptz NOT NULL,
    -- Who: the label of an API key, or a user of the machine.
    actor    text NOT NULL,
    act      text NOT NULL CHECK (act IN ('retry', 'skip', 'adopt', 'edit', 'resend')),
    reason   text NOT NULL,
    details  json NOT NULL,
    PRIMARY KEY (delivery, number)
);

CREATE TRIGGER repair_act_append_only BEFORE UPDATE OR DELETE ON repair_act FOR EACH ROW
EXECUTE FUNCTION refuse('repair_act_append_only');

-- A document that stands is final, unless somebody says in the same transaction that it does not stand any more.
CREATE FUNCTION delivery_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.repairs = OLD.repairs + 1 AND NEW.attempts = OLD.attempts AND EXISTS (
        SELECT FROM repair_act r
        WHERE r.delivery = OLD.id AND r.number = NEW.repairs
            AND (r.act = 'resend' AND NEW.state = 'pending' OR r.act = 'adopt' AND NEW.state = 'done')
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION USING MESSAGE = 'delivery_done', ERRCODE = 'integrity_constraint_violation';
END
$$;

DROP TRIGGER delivery_finality ON delivery;

CREATE TRIGGER delivery_finality BEFORE UPDATE ON delivery FOR EACH ROW
WHEN (OLD.state = 'done')
EXECUTE FUNCTION delivery_final();

-- Documents that stand, by the day they belong to: what is compared with the books.
CREATE INDEX delivery_by_day ON delivery (company, (posting ->> 'date'), id) WHERE state = 'done';
