-- Answers kept for repeated requests, and the keys that let a client in.

CREATE TABLE answer (
    key         TEXT PRIMARY KEY NOT NULL,
    fingerprint TEXT NOT NULL,
    status      INTEGER NOT NULL CHECK (status BETWEEN 100 AND 599),
    body        TEXT NOT NULL,
    at_us       INTEGER NOT NULL
) STRICT;

CREATE INDEX answer_by_age ON answer (at_us);

-- Only a hash is kept: a copy of the database lets nobody in.
CREATE TABLE api_key (
    hash       TEXT PRIMARY KEY NOT NULL CHECK (length(hash) = 64),
    label      TEXT NOT NULL,
    created_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
