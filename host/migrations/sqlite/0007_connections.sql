-- What is known of the ERPs that documents go to. A connection is named as the configuration names it.

-- For looking at: what answered last, and whether it is being left alone. A host's own circuit is in its memory.
CREATE TABLE erp_connection (
    name       TEXT PRIMARY KEY NOT NULL,
    product    TEXT,
    version    TEXT,
    company    TEXT,
    currency   TEXT,
    checked_us INTEGER,
    state      TEXT NOT NULL DEFAULT 'closed' CHECK (state IN ('closed', 'open', 'probing')),
    since_us   INTEGER,
    until_us   INTEGER,
    message    TEXT,
    CHECK ((checked_us IS NULL) = (product IS NULL)),
    CHECK ((checked_us IS NULL) = (version IS NULL)),
    CHECK ((checked_us IS NULL) = (company IS NULL)),
    CHECK ((checked_us IS NULL) = (currency IS NULL))
) STRICT, WITHOUT ROWID;

-- What our codes are called in the books. It only grows: the newest row of a code holds, and one without a code of
-- theirs takes the mapping back.
CREATE TABLE erp_mapping (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    connection TEXT NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('item', 'customer', 'provider', 'warehouse', 'unit', 'method')),
    code       TEXT NOT NULL,
    theirs     TEXT,
    note       TEXT NOT NULL,
    -- Who: the label of an API key, or a user of the machine.
    actor      TEXT NOT NULL,
    at_us      INTEGER NOT NULL
) STRICT;

CREATE INDEX erp_mapping_by_code ON erp_mapping (connection, kind, code, id);
CREATE INDEX erp_mapping_newest ON erp_mapping (connection, id);

CREATE TRIGGER erp_mapping_update BEFORE UPDATE ON erp_mapping
BEGIN
    SELECT RAISE(ABORT, 'erp_mapping_append_only');
END;

CREATE TRIGGER erp_mapping_delete BEFORE DELETE ON erp_mapping
BEGIN
    SELECT RAISE(ABORT, 'erp_mapping_append_only');
END;

-- Master data as the last import found them: a copy, to see what is missing before it is needed.
CREATE TABLE erp_record (
    connection TEXT NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('item', 'customer', 'provider', 'warehouse', 'tax_template')),
    code       TEXT NOT NULL,
    name       TEXT NOT NULL,
    unit       TEXT,
    stocked    INTEGER NOT NULL CHECK (stocked IN (0, 1)),
    -- An exact number.
    price      TEXT,
    active     INTEGER NOT NULL CHECK (active IN (0, 1)),
    found_us   INTEGER NOT NULL,
    PRIMARY KEY (connection, kind, code)
) STRICT, WITHOUT ROWID;
