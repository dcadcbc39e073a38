-- Documents, their lines and their journal entries.
--
-- A document is filed from its lines upwards: first everything under it, then itself. The row that comes last is only
-- taken when everything under it adds up, and the deferred references see to it that it comes at all.

CREATE TABLE documents (
    id         INTEGER PRIMARY KEY,
    kind       TEXT    NOT NULL CHECK (kind IN (
        'sales_order', 'order_amendment', 'order_cancellation', 'sales_invoice', 'credit_note', 'advance',
        'advance_refund', 'stock_issue', 'stock_return', 'commission', 'commission_reversal', 'goods_receipt')),
    key        TEXT    NOT NULL UNIQUE CHECK (length(key) BETWEEN 1 AND 140),
    -- Its place in a series without gaps; a draft has none yet.
    series     TEXT,
    serial     INTEGER,
    number     TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    date       TEXT    NOT NULL CHECK (date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    subject    TEXT    NOT NULL,
    party      TEXT,
    party_name TEXT,
    -- The document it was made from, changes or counters.
    source     INTEGER REFERENCES documents (id),
    net        INTEGER NOT NULL CHECK (net >= 0),
    tax        INTEGER NOT NULL CHECK (tax >= 0),
    total      INTEGER NOT NULL CHECK (total = net + tax),
    -- What was asked for, as it came: a repeated request is compared with it.
    body       TEXT    NOT NULL CHECK (json_valid(body)),
    -- What an entry and a settlement refer to: neither can belong to a draft.
    posted     INTEGER NOT NULL GENERATED ALWAYS AS (state = 'posted') STORED,
    UNIQUE (series, serial),
    UNIQUE (kind, number),
    UNIQUE (id, posted),
    CHECK ((series IS NULL) = (serial IS NULL)),
    CHECK ((state = 'draft') = (serial IS NULL)),
    CHECK (CASE kind
        WHEN 'sales_order'        THEN state IN ('submitted', 'cancelled', 'closed')
        WHEN 'order_amendment'    THEN state = 'submitted'
        WHEN 'order_cancellation' THEN state IN ('cancelled', 'closed')
        WHEN 'sales_invoice'      THEN state IN ('draft', 'posted')
        ELSE state = 'posted'
    END),
    CHECK (CASE kind
        WHEN 'sales_invoice' THEN 1
        WHEN 'advance'       THEN 1
        WHEN 'sales_order'   THEN source IS NULL
        WHEN 'stock_issue'   THEN source IS NULL
        WHEN 'goods_receipt' THEN source IS NULL
        ELSE source IS NOT NULL
    END),
    CHECK (kind NOT IN ('advance', 'advance_refund') OR (net > 0 AND tax = 0))
) STRICT;

CREATE UNIQUE INDEX one_withdrawal_of_an_order ON documents (source) WHERE kind = 'order_cancellation';
CREATE UNIQUE INDEX one_credit_of_an_invoice ON documents (source) WHERE kind = 'credit_note';
CREATE UNIQUE INDEX one_reversal_of_a_commission ON documents (source) WHERE kind = 'commission_reversal';
CREATE INDEX documents_by_source ON documents (source, kind, id);
CREATE INDEX documents_by_day ON documents (kind, date, id);

CREATE TABLE document_lines (
    document    INTEGER NOT NULL REFERENCES documents (id) DEFERRABLE INITIALLY DEFERRED,
    line        INTEGER NOT NULL CHECK (line > 0),
    item        TEXT    NOT NULL REFERENCES items (code),
    description TEXT    NOT NULL,
    quantity    INTEGER NOT NULL CHECK (quantity > 0),
    unit_price  INTEGER,
    -- The price before a discount, for show: `unit_price` is what counts.
    list_price  INTEGER,
    amount      INTEGER NOT NULL,
    -- Of a stock movement: into the warehouse (1) or out of it (-1).
    moves       INTEGER NOT NULL CHECK (moves IN (-1, 0, 1)),
    warehouse   TEXT CHECK (warehouse <> ''),
    PRIMARY KEY (document, line),
    CHECK ((moves = 0) = (warehouse IS NULL)),
    CHECK ((moves = 0) = (unit_price IS NOT NULL)),
    CHECK (moves = 0 OR list_price IS NULL),
    CHECK (moves = 0 OR amount >= 0)
) STRICT, WITHOUT ROWID;

CREATE TABLE journal_lines (
    document INTEGER NOT NULL,
    line     INTEGER NOT NULL CHECK (line > 0),
    account  TEXT    NOT NULL REFERENCES accounts (code),
    debit    INTEGER NOT NULL CHECK (debit >= 0),
    credit   INTEGER NOT NULL CHECK (credit >= 0),
    posted   INTEGER NOT NULL DEFAULT 1 CHECK (posted = 1),
    PRIMARY KEY (document, line),
    FOREIGN KEY (document, posted) REFERENCES documents (id, posted) DEFERRABLE INITIALLY DEFERRED,
    CHECK ((debit = 0) <> (credit = 0))
) STRICT, WITHOUT ROWID;

CREATE INDEX journal_by_account ON journal_lines (account, debit, credit);

-- The document whose lines and amounts an order has now: its last amendment, or itself.
CREATE VIEW orders_in_force AS
    SELECT id AS ordered,
           COALESCE((SELECT MAX(a.id) FROM documents a WHERE a.kind = 'order_amendment' AND a.source = o.id), id)
               AS in_force
    FROM documents o WHERE kind = 'sales_order';
