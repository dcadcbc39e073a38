-- A document that is made again holds up what builds on it, as it did before it stood; and whatever comes back in line
-- from a person's hand waits for what it builds on as it stands then.
--
-- Locks: besides what `0003_outbox.sql` says, whoever puts a delivery back in line holds the rows of the appointments
-- whose deliveries it comes after. While a delivery is in hand, what it comes after is counted as while it waits.

CREATE OR REPLACE FUNCTION delivery_move_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    gone integer := CASE WHEN NEW.state IN ('done', 'skipped') THEN 1 ELSE 0 END
                  - CASE WHEN OLD.state IN ('done', 'skipped') THEN 1 ELSE 0 END;
BEGIN
    PERFORM FROM appointment WHERE id = NEW.appointment FOR NO KEY UPDATE;
    PERFORM FROM delivery d
    WHERE d.state = 'pending'
        AND (d.appointment = NEW.appointment OR (gone <> 0 AND d.after_keys @> ARRAY[NEW.key]))
    ORDER BY d.id FOR NO KEY UPDATE;
    IF gone <> 0 THEN
        -- In one statement: one that is given back meanwhile is counted all the same.
        UPDATE delivery SET prerequisites_left = prerequisites_left - gone
        WHERE (state = 'pending' AND after_keys @> ARRAY[NEW.key])
            OR (state = 'leased' AND after_keys @> ARRAY[NEW.key]);
    END IF;
    UPDATE delivery d SET blocked_by = obstacle(d.appointment, d.id)
    WHERE d.appointment = NEW.appointment AND d.state = 'pending'
        AND d.blocked_by IS DISTINCT FROM obstacle(d.appointment, d.id);
    RETURN NULL;
END
$$;

-- What became of those it comes after was not followed while it was parked or done.
CREATE FUNCTION delivery_line_up_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT count(*) INTO NEW.prerequisites_left FROM delivery p
    WHERE p.key = ANY (NEW.after_keys) AND p.state NOT IN ('done', 'skipped');
    RETURN NEW;
END
$$;

CREATE TRIGGER delivery_return BEFORE UPDATE OF state ON delivery FOR EACH ROW
WHEN (NEW.state = 'pending' AND OLD.state IN ('parked', 'done'))
EXECUTE FUNCTION delivery_line_up_again();

UPDATE delivery d SET prerequisites_left = o.prerequisites_left
FROM delivery_obstacle o
WHERE o.id = d.id AND d.state IN ('pending', 'leased') AND d.prerequisites_left <> o.prerequisites_left;
