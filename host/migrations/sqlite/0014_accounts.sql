-- Who may come in, and who it was: accounts, their sessions, API keys with limits, and what was done with them. Of
-- passwords, sessions, keys and invitations only hashes are kept: a copy of the database lets nobody in.

CREATE TABLE account (
    id         TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
    -- An e-mail address in lower case.
    login      TEXT NOT NULL UNIQUE,
    name       TEXT NOT NULL,
    -- Argon2id, as PHC writes it; NULL until one is set.
    password   TEXT,
    grants     TEXT NOT NULL CHECK (json_valid(grants)),
    active     INTEGER NOT NULL CHECK (active IN (0, 1)),
    version    INTEGER NOT NULL CHECK (version >= 1),
    created_us INTEGER NOT NULL,
    updated_us INTEGER NOT NULL
) STRICT;

-- Trails name accounts for ever; one is made inactive, not removed.
CREATE TRIGGER account_delete BEFORE DELETE ON account
BEGIN
    SELECT RAISE(ABORT, 'account_delete');
END;

CREATE TABLE session (
    id         TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
    account    TEXT NOT NULL REFERENCES account (id),
    hash       TEXT NOT NULL UNIQUE CHECK (length(hash) = 64),
    agent      TEXT NOT NULL,
    created_us INTEGER NOT NULL,
    used_us    INTEGER NOT NULL,
    expires_us INTEGER NOT NULL
) STRICT;

CREATE INDEX session_by_account ON session (account, id);
CREATE INDEX session_by_end ON session (expires_us);

CREATE TABLE invitation (
    hash       TEXT PRIMARY KEY NOT NULL CHECK (length(hash) = 64),
    -- Whose password it sets; NULL makes the first administrator.
    account    TEXT REFERENCES account (id),
    created_us INTEGER NOT NULL,
    expires_us INTEGER NOT NULL
) STRICT;

-- Tries to log in that failed or are under way, by account and by address.
CREATE TABLE login_attempt (
    subject    TEXT PRIMARY KEY NOT NULL,
    failures   INTEGER NOT NULL CHECK (failures >= 1),
    tried_us   INTEGER NOT NULL,
    blocked_us INTEGER NOT NULL
) STRICT;

CREATE INDEX login_attempt_by_age ON login_attempt (tried_us);

CREATE TABLE account_event (
    id      INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    at_us   INTEGER NOT NULL,
    actor   TEXT NOT NULL,
    name    TEXT NOT NULL,
    subject TEXT,
    message TEXT NOT NULL
) STRICT;

CREATE INDEX account_event_by_subject ON account_event (subject, id);

CREATE TRIGGER account_event_append_only BEFORE UPDATE ON account_event
BEGIN
    SELECT RAISE(ABORT, 'account_event_append_only');
END;

CREATE TRIGGER account_event_kept BEFORE DELETE ON account_event
BEGIN
    SELECT RAISE(ABORT, 'account_event_append_only');
END;

-- What the installation signs with; every host on this store signs with the same.
CREATE TABLE signing_secret (
    name       TEXT PRIMARY KEY NOT NULL,
    bytes      BLOB NOT NULL,
    created_us INTEGER NOT NULL
) STRICT;

-- Work that a customer has signed for.
CREATE TABLE signature (
    appointment TEXT PRIMARY KEY NOT NULL REFERENCES appointment (id),
    revision    INTEGER NOT NULL CHECK (revision >= 1),
    name        TEXT NOT NULL,
    signed_us   INTEGER NOT NULL
) STRICT;

-- Keys that are there already are an administrator's, as they were.
CREATE TABLE api_key_with_grants (
    id         TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
    hash       TEXT NOT NULL UNIQUE CHECK (length(hash) = 64),
    label      TEXT NOT NULL,
    grants     TEXT NOT NULL CHECK (json_valid(grants)),
    -- A JSON array; NULL is no limit.
    scopes     TEXT CHECK (scopes IS NULL OR json_valid(scopes)),
    created_us INTEGER NOT NULL,
    expires_us INTEGER,
    used_us    INTEGER,
    revoked_us INTEGER
) STRICT;

INSERT INTO api_key_with_grants (id, hash, label, grants, created_us)
SELECT substr(hash, 1, 8) || '-' || substr(hash, 9, 4) || '-4' || substr(hash, 14, 3) || '-8' || substr(hash, 18, 3)
       || '-' || substr(hash, 21, 12), hash, label, '[{"role":"administrator"}]', created_us
FROM api_key;

DROP TABLE api_key;
ALTER TABLE api_key_with_grants RENAME TO api_key;

-- Who sent the command: an account or a key.
ALTER TABLE event ADD COLUMN by_id TEXT;
