-- What an invoice has to do with orders and advances: which lines it bills, and what it was paid with before.
--
-- An invoice that was credited bills and settles nothing any more: its lines may be billed again, its advances are free.

CREATE TABLE billings (
    invoice      INTEGER NOT NULL,
    line         INTEGER NOT NULL,
    ordered      INTEGER NOT NULL REFERENCES documents (id),
    -- Counted from 1, as lines are; of the order as it is when it is billed.
    ordered_line INTEGER NOT NULL CHECK (ordered_line > 0),
    PRIMARY KEY (invoice, line),
    FOREIGN KEY (invoice, line) REFERENCES document_lines (document, line) DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;

CREATE INDEX billings_of_an_order ON billings (ordered, ordered_line);

CREATE TABLE settlements (
    invoice INTEGER NOT NULL,
    advance INTEGER NOT NULL REFERENCES documents (id),
    amount  INTEGER NOT NULL CHECK (amount > 0),
    posted  INTEGER NOT NULL DEFAULT 1 CHECK (posted = 1),
    PRIMARY KEY (invoice, advance),
    FOREIGN KEY (invoice, posted) REFERENCES documents (id, posted) DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;

CREATE INDEX settlements_of_an_advance ON settlements (advance);

CREATE VIEW bills_in_force AS
    SELECT invoice, line, ordered, ordered_line FROM billings b
    WHERE NOT EXISTS (SELECT 1 FROM documents c WHERE c.kind = 'credit_note' AND c.source = b.invoice);

CREATE VIEW settlements_in_force AS
    SELECT invoice, advance, amount FROM settlements s
    WHERE NOT EXISTS (SELECT 1 FROM documents c WHERE c.kind = 'credit_note' AND c.source = s.invoice);

-- Invoices, drafts included, by which an order is billed and that were not credited.
CREATE VIEW invoices_in_force AS
    SELECT i.source AS ordered, i.id AS invoice FROM documents i
    WHERE i.kind = 'sales_invoice' AND i.source IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM documents c WHERE c.kind = 'credit_note' AND c.source = i.id)
    UNION ALL
    SELECT ordered, invoice FROM bills_in_force;

-- What of an advance was used, and so is not free.
CREATE VIEW advances_used AS
    SELECT a.id AS advance, a.total,
           COALESCE((SELECT SUM(s.amount) FROM settlements_in_force s WHERE s.advance = a.id), 0)
           + COALESCE((SELECT SUM(r.total) FROM documents r WHERE r.kind = 'advance_refund' AND r.source = a.id), 0)
               AS used
    FROM documents a WHERE a.kind = 'advance';

CREATE TRIGGER billings_are_of_standing_orders BEFORE INSERT ON billings BEGIN
    SELECT RAISE(ABORT, 'a filed document bills no further lines')
        WHERE EXISTS (SELECT 1 FROM documents WHERE id = NEW.invoice);
    SELECT RAISE(ABORT, 'only lines of a standing order are billed')
        WHERE NOT EXISTS (
            SELECT 1 FROM orders_in_force f
            JOIN documents o ON o.id = f.ordered AND o.state = 'submitted'
            JOIN document_lines l ON l.document = f.in_force AND l.line = NEW.ordered_line
            WHERE f.ordered = NEW.ordered);
    SELECT RAISE(ABORT, 'a line of an order is billed once')
        WHERE EXISTS (SELECT 1 FROM bills_in_force
                      WHERE ordered = NEW.ordered AND ordered_line = NEW.ordered_line);
END;

CREATE TRIGGER settlements_use_what_is_free BEFORE INSERT ON settlements BEGIN
    SELECT RAISE(ABORT, 'a posted document is settled with no further advances')
        WHERE EXISTS (SELECT 1 FROM documents WHERE id = NEW.invoice AND state <> 'draft');
    SELECT RAISE(ABORT, 'an advance is settled as far as it is free')
        WHERE NOT EXISTS (SELECT 1 FROM advances_used
                          WHERE advance = NEW.advance AND used + NEW.amount <= total);
END;

CREATE TRIGGER billings_are_immutable BEFORE UPDATE ON billings BEGIN
    SELECT RAISE(ABORT, 'what was billed is never changed');
END;

CREATE TRIGGER billings_stay BEFORE DELETE ON billings BEGIN
    SELECT RAISE(ABORT, 'what was billed is never deleted');
END;

CREATE TRIGGER settlements_are_immutable BEFORE UPDATE ON settlements BEGIN
    SELECT RAISE(ABORT, 'a settlement is never changed');
END;

CREATE TRIGGER settlements_stay BEFORE DELETE ON settlements BEGIN
    SELECT RAISE(ABORT, 'a settlement is never deleted');
END;
