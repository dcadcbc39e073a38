-- A document that is made again holds up what builds on it, as it did before it stood: other appointments' documents
-- too. Those that wait for something else already find it when that is out of their way.

CREATE TRIGGER delivery_resent AFTER UPDATE OF state ON delivery WHEN OLD.state = 'done' AND NEW.state = 'pending'
BEGIN
    UPDATE delivery SET blocked_by = NEW.id
    WHERE state = 'pending' AND blocked_by IS NULL AND company = NEW.company AND appointment <> NEW.appointment
        AND EXISTS (SELECT 1 FROM json_each(after_keys) k WHERE k.value = NEW.key);
END;
