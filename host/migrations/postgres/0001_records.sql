-- Master data.
--
-- In all of the schema: identifiers are UUIDs, which for UUIDv7 sort by age; every instant is a `timestamptz`, exact to
-- the microsecond, in a column that ends in `_at`; what is kept as `json` is kept as it was written, and money stands
-- only inside it, as decimal strings. Keys that are text sort by their bytes, as they do in SQLite. Counts are `bigint`.
--
-- Tables and columns have the names they have in `migrations/sqlite`, but for `_us`. What stands only here says why.

-- An exclusion constraint compares a UUID and a range in one index. Whoever owns the database may install this one.
CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE company (
    id              uuid PRIMARY KEY,
    -- Raised by every change of the company's records. Decisions lock it shared, changes of records exclusively.
    catalog_version bigint NOT NULL CHECK (catalog_version >= 1)
);

-- Apart from `company`, because whoever takes a number keeps others from taking one until it commits, and that must
-- not keep them from looking at the catalogue.
CREATE TABLE numbering (
    company     uuid PRIMARY KEY REFERENCES company (id),
    -- The number of its newest appointment. It is raised inside the transaction that uses it, so none is left out.
    last_number bigint NOT NULL CHECK (last_number >= 0)
);

CREATE TABLE record (
    id         uuid PRIMARY KEY,
    kind       text NOT NULL CHECK (kind IN ('company', 'branch', 'service', 'provider', 'unit', 'customer', 'case')),
    company    uuid NOT NULL REFERENCES company (id),
    name       text NOT NULL,
    active     boolean NOT NULL,
    version    bigint NOT NULL CHECK (version >= 1),
    updated_at timestamptz NOT NULL,
    data       json NOT NULL,
    CHECK (kind <> 'company' OR company = id)
);

CREATE INDEX record_by_kind ON record (kind, id);
CREATE INDEX record_by_company ON record (company, kind, id);

-- Refuses whatever it is attached to, with the word it is given.
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = 'integrity_constraint_violation';
END
$$;

CREATE TRIGGER record_identity BEFORE UPDATE ON record FOR EACH ROW
WHEN ((NEW.id, NEW.kind, NEW.company) IS DISTINCT FROM (OLD.id, OLD.kind, OLD.company))
EXECUTE FUNCTION refuse('record_identity');

CREATE TRIGGER record_version BEFORE UPDATE OF version ON record FOR EACH ROW
WHEN (NEW.version <> OLD.version + 1)
EXECUTE FUNCTION refuse('record_version');

-- Appointments name records for ever; a record is made inactive, not removed.
CREATE TRIGGER record_delete BEFORE DELETE ON record FOR EACH ROW EXECUTE FUNCTION refuse('record_delete');

-- A company with its number, as SQLite keeps it: for copying from one engine to the other.
CREATE VIEW numbered_company AS
SELECT c.id, c.catalog_version, n.last_number FROM company c JOIN numbering n ON n.company = c.id;

CREATE FUNCTION numbered_company_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO company (id, catalog_version) VALUES (NEW.id, NEW.catalog_version);
    INSERT INTO numbering (company, last_number) VALUES (NEW.id, NEW.last_number);
    RETURN NEW;
END
$$;

CREATE TRIGGER numbered_company_insert INSTEAD OF INSERT ON numbered_company FOR EACH ROW
EXECUTE FUNCTION numbered_company_insert();
