-- What the books say against what was asked of them.

-- A look at the documents of some days, or at one of them. Whoever wants one puts it in line; any host takes it.
CREATE TABLE reconcile_run (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    company        TEXT NOT NULL REFERENCES company (id),
    -- ISO 8601 days, both included.
    from_day       TEXT NOT NULL CHECK (length(from_day) = 10),
    to_day         TEXT NOT NULL CHECK (length(to_day) = 10),
    -- The only document looked at.
    only_key       TEXT,
    nightly        INTEGER NOT NULL CHECK (nightly IN (0, 1)),
    -- Who: the label of an API key, a user of the machine, a connection.
    actor          TEXT NOT NULL,
    asked_us       INTEGER NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('asked', 'running', 'done', 'failed')),
    lease_owner    TEXT,
    lease_until_us INTEGER,
    finished_us    INTEGER,
    -- Documents of ours that were compared, documents of theirs that were listed, and how many of these are not ours.
    compared       INTEGER NOT NULL DEFAULT 0,
    listed         INTEGER NOT NULL DEFAULT 0,
    by_hand        INTEGER NOT NULL DEFAULT 0,
    message        TEXT,
    CHECK (from_day <= to_day),
    CHECK ((state = 'running') = (lease_owner IS NOT NULL)),
    CHECK ((state = 'running') = (lease_until_us IS NOT NULL)),
    CHECK ((state IN ('done', 'failed')) = (finished_us IS NOT NULL)),
    CHECK ((state = 'failed') = (message IS NOT NULL))
) STRICT;

-- One a night, whichever host asks first.
CREATE UNIQUE INDEX reconcile_run_nightly ON reconcile_run (company, to_day) WHERE nightly = 1;
-- One for a document, however often its ERP says that it has changed.
CREATE UNIQUE INDEX reconcile_run_only ON reconcile_run (only_key) WHERE state = 'asked';
CREATE INDEX reconcile_run_waiting ON reconcile_run (id) WHERE state IN ('asked', 'running');
CREATE INDEX reconcile_run_by_company ON reconcile_run (company, id);

CREATE TABLE finding (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    company    TEXT NOT NULL REFERENCES company (id),
    connection TEXT NOT NULL,
    kind       TEXT NOT NULL
               CHECK (kind IN ('missing', 'doubled', 'drifted', 'withdrawn', 'stranger', 'by_hand')),
    -- The key of the document; of one that has none, what the ERP knows it by.
    subject    TEXT NOT NULL,
    delivery   INTEGER REFERENCES delivery (id),
    day        TEXT NOT NULL CHECK (length(day) = 10),
    words      TEXT NOT NULL,
    details    TEXT NOT NULL CHECK (json_valid(details)),
    state      TEXT NOT NULL CHECK (state IN ('open', 'repaired', 'accepted')),
    found_us   INTEGER NOT NULL,
    seen_us    INTEGER NOT NULL,
    closed_us  INTEGER,
    CHECK ((state = 'open') = (closed_us IS NULL))
) STRICT;

CREATE UNIQUE INDEX finding_open ON finding (company, kind, subject) WHERE state = 'open';
CREATE INDEX finding_accepted ON finding (company, kind, subject) WHERE state = 'accepted';
CREATE INDEX finding_by_company ON finding (company, id);

CREATE TRIGGER finding_identity BEFORE UPDATE OF id, company, connection, kind, subject, delivery, found_us ON finding
BEGIN
    SELECT RAISE(ABORT, 'finding_identity');
END;

CREATE TRIGGER finding_delete BEFORE DELETE ON finding
BEGIN
    SELECT RAISE(ABORT, 'finding_delete');
END;

-- What became of a finding, numbered from 1 for each.
CREATE TABLE finding_act (
    finding INTEGER NOT NULL REFERENCES finding (id),
    number  INTEGER NOT NULL CHECK (number >= 1),
    at_us   INTEGER NOT NULL,
    actor   TEXT NOT NULL,
    act     TEXT NOT NULL CHECK (act IN ('found', 'changed', 'gone', 'resend', 'adopt', 'accept', 'credit')),
    reason  TEXT NOT NULL,
    PRIMARY KEY (finding, number)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER finding_act_update BEFORE UPDATE ON finding_act
BEGIN
    SELECT RAISE(ABORT, 'finding_act_append_only');
END;

CREATE TRIGGER finding_act_delete BEFORE DELETE ON finding_act
BEGIN
    SELECT RAISE(ABORT, 'finding_act_append_only');
END;
