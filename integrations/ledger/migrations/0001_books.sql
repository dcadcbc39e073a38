-- The books of one company, in one currency.
--
-- Amounts are integers of the currency's smallest coin; quantities and unit prices are integers of a millionth.
-- A document is filed from its lines upwards: first its lines and its journal lines, then itself. The row that comes
-- last is only taken when everything under it adds up, and the deferred references see to it that it comes at all.

CREATE TABLE company (
    id              INTEGER PRIMARY KEY CHECK (id = 1),
    name            TEXT    NOT NULL,
    currency        TEXT    NOT NULL CHECK (length(currency) = 3),
    currency_digits INTEGER NOT NULL CHECK (currency_digits BETWEEN 0 AND 4)
) STRICT;

CREATE TRIGGER company_keeps_its_currency BEFORE UPDATE OF currency, currency_digits ON company BEGIN
    SELECT RAISE(ABORT, 'the currency of a company''s books never changes');
END;

CREATE TABLE accounts (
    code TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('asset', 'liability', 'equity', 'income', 'expense'))
) STRICT;

INSERT INTO accounts (code, name, kind) VALUES
    ('1100', 'Accounts receivable',    'asset'),
    ('1300', 'Stock',                  'asset'),
    ('2100', 'Tax payable',            'liability'),
    ('2200', 'Commissions payable',    'liability'),
    ('3100', 'Opening balance equity', 'equity'),
    ('4100', 'Service revenue',        'income'),
    ('5100', 'Cost of materials',      'expense'),
    ('5200', 'Commission expense',     'expense');

-- An item that has a unit is stocked; one that has none has only been sold so far.
CREATE TABLE items (
    code TEXT PRIMARY KEY CHECK (code <> ''),
    name TEXT NOT NULL,
    unit TEXT CHECK (unit <> '')
) STRICT;

CREATE TABLE documents (
    id         INTEGER PRIMARY KEY,
    kind       TEXT    NOT NULL CHECK (kind IN (
        'sales_order', 'order_cancellation', 'sales_invoice', 'stock_issue', 'commission',
        'credit_note', 'stock_return', 'commission_reversal', 'goods_receipt')),
    key        TEXT    NOT NULL UNIQUE CHECK (length(key) BETWEEN 1 AND 140),
    series     TEXT    NOT NULL,
    serial     INTEGER NOT NULL,
    number     TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    date       TEXT    NOT NULL CHECK (date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    subject    TEXT    NOT NULL,
    party      TEXT,
    party_name TEXT,
    -- The document it was made from, or counters.
    source     INTEGER REFERENCES documents (id),
    net        INTEGER NOT NULL CHECK (net >= 0),
    tax        INTEGER NOT NULL CHECK (tax >= 0),
    total      INTEGER NOT NULL CHECK (total = net + tax),
    -- What was asked for, as it came: a repeated request is compared with it.
    body       TEXT    NOT NULL CHECK (json_valid(body)),
    UNIQUE (series, serial),
    UNIQUE (kind, number),
    CHECK (CASE kind
        WHEN 'sales_order'        THEN state IN ('submitted', 'cancelled')
        WHEN 'order_cancellation' THEN state = 'cancelled'
        ELSE state = 'posted'
    END),
    CHECK (CASE kind
        WHEN 'sales_invoice' THEN 1
        WHEN 'sales_order'   THEN source IS NULL
        WHEN 'stock_issue'   THEN source IS NULL
        WHEN 'goods_receipt' THEN source IS NULL
        ELSE source IS NOT NULL
    END)
) STRICT;

CREATE UNIQUE INDEX one_invoice_of_an_order ON documents (source)
    WHERE kind = 'sales_invoice' AND source IS NOT NULL;
CREATE UNIQUE INDEX one_withdrawal_of_an_order ON documents (source) WHERE kind = 'order_cancellation';
CREATE UNIQUE INDEX one_credit_of_an_invoice ON documents (source) WHERE kind = 'credit_note';
CREATE UNIQUE INDEX one_reversal_of_a_commission ON documents (source) WHERE kind = 'commission_reversal';
CREATE INDEX returns_of_an_issue ON documents (source) WHERE kind = 'stock_return';

CREATE TABLE document_lines (
    document    INTEGER NOT NULL REFERENCES documents (id) DEFERRABLE INITIALLY DEFERRED,
    line        INTEGER NOT NULL CHECK (line > 0),
    item        TEXT    NOT NULL REFERENCES items (code),
    description TEXT    NOT NULL,
    quantity    INTEGER NOT NULL CHECK (quantity > 0),
    unit_price  INTEGER,
    amount      INTEGER NOT NULL,
    -- Of a stock movement: into the warehouse (1) or out of it (-1).
    moves       INTEGER NOT NULL CHECK (moves IN (-1, 0, 1)),
    warehouse   TEXT CHECK (warehouse <> ''),
    PRIMARY KEY (document, line),
    CHECK ((moves = 0) = (warehouse IS NULL)),
    CHECK ((moves = 0) = (unit_price IS NOT NULL)),
    CHECK (moves = 0 OR amount >= 0)
) STRICT, WITHOUT ROWID;

CREATE TABLE journal_lines (
    document INTEGER NOT NULL REFERENCES documents (id) DEFERRABLE INITIALLY DEFERRED,
    line     INTEGER NOT NULL CHECK (line > 0),
    account  TEXT    NOT NULL REFERENCES accounts (code),
    debit    INTEGER NOT NULL CHECK (debit >= 0),
    credit   INTEGER NOT NULL CHECK (credit >= 0),
    PRIMARY KEY (document, line),
    CHECK ((debit = 0) <> (credit = 0))
) STRICT, WITHOUT ROWID;

CREATE INDEX journal_by_account ON journal_lines (account, debit, credit);

-- What is on hand, kept by the trigger below: a shortage breaks a CHECK, whoever writes.
CREATE TABLE stock_levels (
    item      TEXT    NOT NULL REFERENCES items (code),
    warehouse TEXT    NOT NULL,
    quantity  INTEGER NOT NULL CHECK (quantity >= 0),
    value     INTEGER NOT NULL CHECK (value >= 0),
    PRIMARY KEY (item, warehouse),
    CHECK (quantity > 0 OR value = 0)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER document_lines_move_stock AFTER INSERT ON document_lines WHEN NEW.moves <> 0 BEGIN
    INSERT INTO stock_levels (item, warehouse, quantity, value) VALUES (NEW.item, NEW.warehouse, 0, 0)
        ON CONFLICT DO NOTHING;
    UPDATE stock_levels
        SET quantity = quantity + NEW.moves * NEW.quantity, value = value + NEW.moves * NEW.amount
        WHERE item = NEW.item AND warehouse = NEW.warehouse;
END;

CREATE TRIGGER documents_are_filed_whole BEFORE INSERT ON documents BEGIN
    -- Stated here too because INSERT OR REPLACE would not fire the trigger against deletion.
    SELECT RAISE(ABORT, 'a filed document is never replaced')
        WHERE EXISTS (SELECT 1 FROM documents WHERE id = NEW.id OR key = NEW.key);
    SELECT RAISE(ABORT, 'a number was used before')
        WHERE EXISTS (SELECT 1 FROM documents WHERE kind = NEW.kind AND number = NEW.number);
    SELECT RAISE(ABORT, 'a series has no gaps')
        WHERE NEW.serial <> (SELECT COALESCE(MAX(serial), 0) + 1 FROM documents WHERE series = NEW.series);
    SELECT RAISE(ABORT, 'the lines add up to the net amount')
        WHERE NEW.kind NOT IN ('order_cancellation', 'commission', 'commission_reversal')
          AND NEW.net <> (SELECT COALESCE(SUM(amount), 0) FROM document_lines WHERE document = NEW.id);
    SELECT RAISE(ABORT, 'an entry balances, and carries the total')
        WHERE NEW.state = 'posted'
          AND (NEW.total <> (SELECT COALESCE(SUM(debit), 0) FROM journal_lines WHERE document = NEW.id)
            OR NEW.total <> (SELECT COALESCE(SUM(credit), 0) FROM journal_lines WHERE document = NEW.id));
    SELECT RAISE(ABORT, 'only a posted document has an entry')
        WHERE NEW.state <> 'posted' AND EXISTS (SELECT 1 FROM journal_lines WHERE document = NEW.id);
END;

-- An order's withdrawal is the only change a document knows.
CREATE TRIGGER documents_are_immutable BEFORE UPDATE ON documents BEGIN
    SELECT RAISE(ABORT, 'a filed document is never changed; file a counter-document')
        WHERE OLD.kind <> 'sales_order' OR OLD.state <> 'submitted' OR NEW.state <> 'cancelled'
           OR NEW.id <> OLD.id OR NEW.kind <> OLD.kind OR NEW.key <> OLD.key
           OR NEW.series <> OLD.series OR NEW.serial <> OLD.serial OR NEW.number <> OLD.number
           OR NEW.date <> OLD.date OR NEW.subject <> OLD.subject OR NEW.body <> OLD.body
           OR NEW.party IS NOT OLD.party OR NEW.party_name IS NOT OLD.party_name
           OR NEW.source IS NOT OLD.source
           OR NEW.net <> OLD.net OR NEW.tax <> OLD.tax OR NEW.total <> OLD.total
           OR EXISTS (SELECT 1 FROM documents WHERE kind = 'sales_invoice' AND source = OLD.id);
END;

CREATE TRIGGER documents_stay BEFORE DELETE ON documents BEGIN
    SELECT RAISE(ABORT, 'a filed document is never deleted; file a counter-document');
END;

CREATE TRIGGER document_lines_come_first BEFORE INSERT ON document_lines BEGIN
    SELECT RAISE(ABORT, 'a filed document gets no further lines')
        WHERE EXISTS (SELECT 1 FROM documents WHERE id = NEW.document);
END;

CREATE TRIGGER document_lines_are_immutable BEFORE UPDATE ON document_lines BEGIN
    SELECT RAISE(ABORT, 'a document''s lines are never changed');
END;

CREATE TRIGGER document_lines_stay BEFORE DELETE ON document_lines BEGIN
    SELECT RAISE(ABORT, 'a document''s lines are never deleted');
END;

CREATE TRIGGER journal_lines_come_first BEFORE INSERT ON journal_lines BEGIN
    SELECT RAISE(ABORT, 'an entry gets no further lines')
        WHERE EXISTS (SELECT 1 FROM documents WHERE id = NEW.document);
END;

CREATE TRIGGER journal_lines_are_immutable BEFORE UPDATE ON journal_lines BEGIN
    SELECT RAISE(ABORT, 'an entry is never changed');
END;

CREATE TRIGGER journal_lines_stay BEFORE DELETE ON journal_lines BEGIN
    SELECT RAISE(ABORT, 'an entry is never deleted');
END;
