-- By what a provider of OpenID Connect knows somebody who has an account here. Of one provider an account has one such name: an
-- address that is given to somebody else there does not let them in here.
CREATE TABLE account_identity (
    issuer     TEXT NOT NULL,
    subject    TEXT NOT NULL,
    account    TEXT NOT NULL REFERENCES account (id),
    created_us INTEGER NOT NULL,
    PRIMARY KEY (issuer, subject),
    UNIQUE (account, issuer)
) STRICT;
