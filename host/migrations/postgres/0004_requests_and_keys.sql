-- Answers kept for repeated requests, and the keys that let a client in.

CREATE TABLE answer (
    key         text COLLATE "C" PRIMARY KEY,
    fingerprint text NOT NULL,
    status      bigint NOT NULL CHECK (status BETWEEN 100 AND 599),
    body        text NOT NULL,
    given_at    timestamptz NOT NULL
);

CREATE INDEX answer_by_age ON answer (given_at);

-- Only a hash is kept: a copy of the database lets nobody in.
CREATE TABLE api_key (
    hash       text COLLATE "C" PRIMARY KEY CHECK (length(hash) = 64),
    label      text NOT NULL,
    created_at timestamptz NOT NULL
);
