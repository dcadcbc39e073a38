-- Decisions: what each was made from and what came of it, so that it can be made again with other rules.

CREATE TABLE decision (
    id          INTEGER PRIMARY KEY,
    company     TEXT NOT NULL REFERENCES company (id),
    -- None for a search, and for a hold that was refused.
    appointment TEXT,
    -- What was asked for: a command's name, or `search`.
    point       TEXT NOT NULL,
    outcome     TEXT NOT NULL CHECK (outcome IN ('granted', 'refused', 'stopped')),
    -- SHA-256 of the rules component.
    digest      TEXT NOT NULL,
    -- What the rules took.
    fuel        INTEGER NOT NULL,
    -- Inputs and answers of the rules and of every extension, packed.
    record      BLOB NOT NULL,
    decided_us  INTEGER NOT NULL
) STRICT;

CREATE INDEX decision_of ON decision (company, id);
CREATE INDEX decision_about ON decision (appointment, id) WHERE appointment IS NOT NULL;

-- What extensions said. What they were shown, and their words, stand in the record of the decision. What was kept before
-- belongs to no decision.
DROP TABLE extension_answer;
CREATE TABLE extension_answer (
    id          INTEGER PRIMARY KEY,
    decision    INTEGER NOT NULL REFERENCES decision (id) ON DELETE CASCADE,
    -- The how manieth of the decision's, from 0.
    place       INTEGER NOT NULL,
    company     TEXT NOT NULL REFERENCES company (id),
    appointment TEXT,
    extension   TEXT NOT NULL,
    digest      TEXT NOT NULL,
    hook        TEXT NOT NULL,
    mode        TEXT NOT NULL CHECK (mode IN ('enforce', 'warn', 'audit')),
    outcome     TEXT NOT NULL CHECK (outcome IN ('silent', 'proposed', 'warned', 'denied', 'failed')),
    fuel        INTEGER NOT NULL,
    asked_us    INTEGER NOT NULL
) STRICT;

CREATE INDEX extension_answer_in ON extension_answer (decision);
CREATE INDEX extension_answer_of ON extension_answer (company, id);
