-- What a document has to be when it is filed, and the little that may change afterwards.

CREATE TRIGGER documents_are_filed_whole BEFORE INSERT ON documents BEGIN
    -- Stated here too because INSERT OR REPLACE would not fire the trigger against deletion.
    SELECT RAISE(ABORT, 'a filed document is never replaced')
        WHERE EXISTS (SELECT 1 FROM documents WHERE id = NEW.id OR key = NEW.key);
    SELECT RAISE(ABORT, 'a number was used before')
        WHERE EXISTS (SELECT 1 FROM documents WHERE kind = NEW.kind AND number = NEW.number);
    SELECT RAISE(ABORT, 'a series has no gaps')
        WHERE NEW.serial IS NOT NULL
          AND NEW.serial <> (SELECT COALESCE(MAX(serial), 0) + 1 FROM documents WHERE series = NEW.series);
    SELECT RAISE(ABORT, 'the lines add up to the net amount')
        WHERE NEW.kind NOT IN
              ('order_cancellation', 'advance', 'advance_refund', 'commission', 'commission_reversal')
          AND NEW.net <> (SELECT COALESCE(SUM(amount), 0) FROM document_lines WHERE document = NEW.id);
    SELECT RAISE(ABORT, 'only a standing order is changed or withdrawn')
        WHERE NEW.kind = 'order_amendment'
          AND NOT EXISTS (SELECT 1 FROM documents
                          WHERE id = NEW.source AND kind = 'sales_order' AND state = 'submitted');
    SELECT RAISE(ABORT, 'an advance is paid back as far as it is free')
        WHERE NEW.kind = 'advance_refund'
          AND NOT EXISTS (SELECT 1 FROM advances_used WHERE advance = NEW.source AND used + NEW.total <= total);
END;

-- The same for what is posted at once and for a draft that is posted now.
CREATE TRIGGER documents_post_a_whole_entry BEFORE INSERT ON documents WHEN NEW.state = 'posted' BEGIN
    SELECT RAISE(ABORT, 'the period is closed')
        WHERE NEW.date <= (SELECT until FROM closings ORDER BY id DESC LIMIT 1);
    SELECT RAISE(ABORT, 'advances settle no more than the total')
        WHERE NEW.total < (SELECT COALESCE(SUM(amount), 0) FROM settlements WHERE invoice = NEW.id);
    -- An invoice's entry carries its total and what was settled with it; so does that of its credit note.
    SELECT RAISE(ABORT, 'an entry balances, and carries the total')
        WHERE NEW.total + (SELECT COALESCE(SUM(amount), 0) FROM settlements
                           WHERE invoice = CASE NEW.kind WHEN 'credit_note' THEN NEW.source ELSE NEW.id END)
              IS NOT (SELECT COALESCE(SUM(debit), 0) FROM journal_lines WHERE document = NEW.id)
           OR (SELECT COALESCE(SUM(debit), 0) FROM journal_lines WHERE document = NEW.id)
              IS NOT (SELECT COALESCE(SUM(credit), 0) FROM journal_lines WHERE document = NEW.id);
END;

CREATE TRIGGER drafts_post_a_whole_entry BEFORE UPDATE ON documents
    WHEN OLD.state = 'draft' AND NEW.state = 'posted' BEGIN
    SELECT RAISE(ABORT, 'a series has no gaps')
        WHERE NEW.serial IS NOT (SELECT COALESCE(MAX(serial), 0) + 1 FROM documents WHERE series = NEW.series);
    SELECT RAISE(ABORT, 'the period is closed')
        WHERE NEW.date <= (SELECT until FROM closings ORDER BY id DESC LIMIT 1);
    SELECT RAISE(ABORT, 'advances settle no more than the total')
        WHERE NEW.total < (SELECT COALESCE(SUM(amount), 0) FROM settlements WHERE invoice = NEW.id);
    SELECT RAISE(ABORT, 'an entry balances, and carries the total')
        WHERE NEW.total + (SELECT COALESCE(SUM(amount), 0) FROM settlements WHERE invoice = NEW.id)
              IS NOT (SELECT COALESCE(SUM(debit), 0) FROM journal_lines WHERE document = NEW.id)
           OR (SELECT COALESCE(SUM(debit), 0) FROM journal_lines WHERE document = NEW.id)
              IS NOT (SELECT COALESCE(SUM(credit), 0) FROM journal_lines WHERE document = NEW.id);
END;

-- An order is withdrawn once nothing stands that was invoiced from it: cancelled if nothing ever was, closed otherwise.
-- A draft is posted. A document knows no other change.
CREATE TRIGGER documents_are_immutable BEFORE UPDATE ON documents BEGIN
    SELECT RAISE(ABORT, 'a filed document is never changed; file a counter-document')
        WHERE NOT (OLD.kind = 'sales_order' AND OLD.state = 'submitted' AND NEW.state IN ('cancelled', 'closed')
                   AND NEW.series IS OLD.series AND NEW.serial IS OLD.serial AND NEW.number = OLD.number)
          AND NOT (OLD.kind = 'sales_invoice' AND OLD.state = 'draft' AND NEW.state = 'posted')
           OR NEW.id <> OLD.id OR NEW.kind <> OLD.kind OR NEW.key <> OLD.key
           OR NEW.date <> OLD.date OR NEW.subject <> OLD.subject OR NEW.body <> OLD.body
           OR NEW.party IS NOT OLD.party OR NEW.party_name IS NOT OLD.party_name
           OR NEW.source IS NOT OLD.source
           OR NEW.net <> OLD.net OR NEW.tax <> OLD.tax OR NEW.total <> OLD.total;
    SELECT RAISE(ABORT, 'an order with an invoice is never changed; credit the invoice')
        WHERE OLD.kind = 'sales_order'
          AND (EXISTS (SELECT 1 FROM invoices_in_force WHERE ordered = OLD.id)
            OR (NEW.state = 'cancelled') = EXISTS (
                SELECT 1 FROM documents WHERE kind = 'sales_invoice' AND source = OLD.id
                UNION ALL
                SELECT 1 FROM billings WHERE ordered = OLD.id));
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
        WHERE EXISTS (SELECT 1 FROM documents WHERE id = NEW.document AND state <> 'draft');
END;

CREATE TRIGGER journal_lines_are_immutable BEFORE UPDATE ON journal_lines BEGIN
    SELECT RAISE(ABORT, 'an entry is never changed');
END;

CREATE TRIGGER journal_lines_stay BEFORE DELETE ON journal_lines BEGIN
    SELECT RAISE(ABORT, 'an entry is never deleted');
END;
