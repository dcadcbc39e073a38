-- By what a provider of OpenID Connect knows somebody who has an account here. Of one provider an account has one such name: an
-- address that is given to somebody else there does not let them in here.
CREATE TABLE account_identity (
    issuer     text COLLATE "C" NOT NULL,
    subject    text COLLATE "C" NOT NULL,
    account    uuid NOT NULL REFERENCES account (id),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (issuer, subject),
    UNIQUE (account, issuer)
);
