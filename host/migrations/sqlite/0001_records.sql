-- Master data.
--
-- In all of the schema: identifiers are UUIDs as hyphenated lower-case text, which for UUIDv7 sorts by age; every
-- instant is a whole number of microseconds since 1970-01-01T00:00:00Z, in a column that ends in `_us`; money
-- stands only inside JSON, as decimal strings.

CREATE TABLE company (
    id              TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
    -- Raised by every change of the company's records.
    catalog_version INTEGER NOT NULL CHECK (catalog_version >= 1),
    -- The number of its newest appointment. It is raised inside the transaction that uses it, so none is left out.
    last_number     INTEGER NOT NULL CHECK (last_number >= 0)
) STRICT, WITHOUT ROWID;

CREATE TABLE record (
    id         TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
    kind       TEXT NOT NULL CHECK (kind IN ('company', 'branch', 'service', 'provider', 'unit', 'customer', 'case')),
    company    TEXT NOT NULL REFERENCES company (id),
    name       TEXT NOT NULL,
    active     INTEGER NOT NULL CHECK (active IN (0, 1)),
    version    INTEGER NOT NULL CHECK (version >= 1),
    updated_us INTEGER NOT NULL,
    data       TEXT NOT NULL CHECK (json_valid(data)),
    CHECK (kind <> 'company' OR company = id)
) STRICT;

CREATE INDEX record_by_kind ON record (kind, id);
CREATE INDEX record_by_company ON record (company, kind, id);

CREATE TRIGGER record_identity BEFORE UPDATE OF id, kind, company ON record
BEGIN
    SELECT RAISE(ABORT, 'record_identity');
END;

CREATE TRIGGER record_version BEFORE UPDATE OF version ON record WHEN NEW.version <> OLD.version + 1
BEGIN
    SELECT RAISE(ABORT, 'record_version');
END;

-- Appointments name records for ever; a record is made inactive, not removed.
CREATE TRIGGER record_delete BEFORE DELETE ON record
BEGIN
    SELECT RAISE(ABORT, 'record_delete');
END;
