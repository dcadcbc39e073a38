-- What the front desk looks through: customers by name, visits by day. And the lists that people keep for themselves.

-- Whatever a search for a customer compares is in the index, so that only those it finds are read.
CREATE INDEX customer_by_name ON record (company, lower(name), id, name, data ->> '$.email', data ->> '$.phone',
                                         data ->> '$.party_code') WHERE kind = 'customer';

-- Lists in the order of visits, of one company or of all. What a text is looked for in is in the index.
CREATE INDEX appointment_by_start ON appointment (company, start_us, id, customer, name);
CREATE INDEX appointment_by_any_start ON appointment (start_us, id);

-- A list of appointments as somebody filters it: the query of its address, under a name of theirs.
CREATE TABLE saved_view (
    id         TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
    account    TEXT NOT NULL REFERENCES account (id),
    name       TEXT NOT NULL CHECK (name <> ''),
    query      TEXT NOT NULL,
    created_us INTEGER NOT NULL,
    UNIQUE (account, name)
) STRICT;
