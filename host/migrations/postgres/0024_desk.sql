-- What the front desk looks through: customers by name, visits by day. And the lists that people keep for themselves.

-- In the order that SQLite has: capital letters of ASCII are small ones, everything else is as its bytes.
CREATE INDEX customer_by_name ON record (company, (lower(name COLLATE "C")), id) WHERE kind = 'customer';

-- Lists in the order of visits, of one company or of all.
CREATE INDEX appointment_by_start ON appointment (company, start_at, id);
CREATE INDEX appointment_by_any_start ON appointment (start_at, id);

-- A list of appointments as somebody filters it: the query of its address, under a name of theirs.
CREATE TABLE saved_view (
    id         uuid PRIMARY KEY,
    account    uuid NOT NULL REFERENCES account (id),
    name       text COLLATE "C" NOT NULL CHECK (name <> ''),
    query      text NOT NULL,
    created_at timestamptz NOT NULL,
    UNIQUE (account, name)
);
