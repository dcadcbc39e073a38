-- The company whose books these are, in one currency, and what its documents refer to.
--
-- Amounts are integers of the currency's smallest coin; quantities and unit prices are integers of a millionth.

CREATE TABLE company (
    id              INTEGER PRIMARY KEY CHECK (id = 1),
    name            TEXT    NOT NULL,
    currency        TEXT    NOT NULL CHECK (length(currency) = 3),
    currency_digits INTEGER NOT NULL CHECK (currency_digits BETWEEN 0 AND 4)
) STRICT;

CREATE TRIGGER company_keeps_its_currency BEFORE UPDATE OF currency, currency_digits ON company BEGIN
    SELECT RAISE(ABORT, 'the currency of a company''s books never changes');
END;

-- Until which day the books are closed, that day included. The last row counts; one without a day opened all again.
CREATE TABLE closings (
    id    INTEGER PRIMARY KEY,
    until TEXT CHECK (until GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]')
) STRICT;

CREATE TABLE accounts (
    code TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('asset', 'liability', 'equity', 'income', 'expense'))
) STRICT;

INSERT INTO accounts (code, name, kind) VALUES
    ('1000', 'Bank',                   'asset'),
    ('1100', 'Accounts receivable',    'asset'),
    ('1300', 'Stock',                  'asset'),
    ('2100', 'Tax payable',            'liability'),
    ('2200', 'Commissions payable',    'liability'),
    ('2300', 'Customer advances',      'liability'),
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

-- Whoever a document has named, under the name it used last.
CREATE TABLE parties (
    role TEXT NOT NULL CHECK (role IN ('customer', 'provider')),
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (role, code)
) STRICT, WITHOUT ROWID;
