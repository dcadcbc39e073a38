-- Extensions: components of third parties, and where they are used.

-- A check cannot be altered in place: the text of the table is, as SQLite's manual has it for changes that touch no row.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema
SET sql = replace(sql, '''customer'', ''case'')', '''customer'', ''case'', ''extension'')')
WHERE type = 'table' AND name = 'record';
PRAGMA writable_schema = RESET;

CREATE TABLE component (
    -- SHA-256 of its bytes.
    digest       TEXT PRIMARY KEY NOT NULL CHECK (length(digest) = 64),
    -- What it calls itself.
    name         TEXT NOT NULL,
    version      TEXT NOT NULL,
    description  TEXT NOT NULL CHECK (json_valid(description)),
    bytes        BLOB NOT NULL,
    -- Where it came from, and whose signature it has; none where unsigned ones were allowed by name.
    origin       TEXT NOT NULL,
    signer       TEXT,
    actor        TEXT NOT NULL,
    installed_us INTEGER NOT NULL
) STRICT;

-- What an extension said when it was asked, with what it was asked.
CREATE TABLE extension_answer (
    id          INTEGER PRIMARY KEY,
    company     TEXT NOT NULL REFERENCES company (id),
    appointment TEXT,
    extension   TEXT NOT NULL,
    digest      TEXT NOT NULL,
    hook        TEXT NOT NULL,
    mode        TEXT NOT NULL CHECK (mode IN ('enforce', 'warn', 'audit')),
    outcome     TEXT NOT NULL CHECK (outcome IN ('silent', 'proposed', 'warned', 'denied', 'failed')),
    fuel        INTEGER NOT NULL,
    input       TEXT NOT NULL CHECK (json_valid(input)),
    answer      TEXT NOT NULL CHECK (json_valid(answer)),
    asked_us    INTEGER NOT NULL
) STRICT;

CREATE INDEX extension_answer_of ON extension_answer (company, id);
CREATE INDEX extension_answer_by_age ON extension_answer (asked_us);
