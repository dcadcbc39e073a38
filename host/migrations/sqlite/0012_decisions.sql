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
    decided_us  INTEGER NOT NULL,
    -- Inputs and answers of the rules and of every extension, packed. It stands last: what stands behind it is read through it.
    record      BLOB NOT NULL
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

-- What administrators did about extensions: components installed and removed, and their use at companies. It only grows.
CREATE TABLE extension_change (
    id         INTEGER PRIMARY KEY,
    -- None where it is about a component as such.
    company    TEXT REFERENCES company (id),
    extension  TEXT NOT NULL,
    digest     TEXT NOT NULL,
    what       TEXT NOT NULL CHECK (what IN ('installed', 'removed', 'added', 'changed')),
    -- The use, as it is since then.
    data       TEXT CHECK (json_valid(data)),
    -- None where nobody said.
    actor      TEXT,
    changed_us INTEGER NOT NULL,
    CHECK ((company IS NULL) = (data IS NULL)),
    CHECK ((company IS NULL) = (what IN ('installed', 'removed')))
) STRICT;

CREATE INDEX extension_change_of ON extension_change (company, id);
CREATE INDEX extension_change_about ON extension_change (digest, id);

INSERT INTO extension_change (extension, digest, what, actor, changed_us)
SELECT name, digest, 'installed', actor, installed_us FROM component ORDER BY installed_us, digest;

INSERT INTO extension_change (company, extension, digest, what, data, changed_us)
SELECT company, name, data ->> 'digest', 'added', data, updated_us FROM record WHERE kind = 'extension' ORDER BY id;

CREATE TRIGGER extension_change_update BEFORE UPDATE ON extension_change
BEGIN
    SELECT RAISE(ABORT, 'extension_change_append_only');
END;

CREATE TRIGGER extension_change_delete BEFORE DELETE ON extension_change
BEGIN
    SELECT RAISE(ABORT, 'extension_change_append_only');
END;
