-- Companies that were made to try things out: the only ones that can be removed, and only whole.

CREATE TABLE sample (
    company  uuid PRIMARY KEY REFERENCES company (id),
    -- Who made it.
    actor    text NOT NULL,
    made_at  timestamptz NOT NULL,
    -- Set by the transaction that removes it, and seen by no other.
    removing boolean NOT NULL DEFAULT false
);

-- A company is a sample from its first moment, or never.
CREATE FUNCTION sample_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM record WHERE company = NEW.company AND id <> NEW.company)
        OR EXISTS (SELECT FROM numbering WHERE company = NEW.company AND last_number > 0)
    THEN
        RAISE EXCEPTION USING MESSAGE = 'sample_new', ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER sample_new BEFORE INSERT ON sample FOR EACH ROW EXECUTE FUNCTION sample_new();

CREATE TRIGGER sample_identity BEFORE UPDATE OF company, actor, made_at ON sample FOR EACH ROW
EXECUTE FUNCTION refuse('sample_identity');

-- What grows for ever does so unless it goes with all of a sample company. Refuses with the word that it is given.
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    gone  jsonb := to_jsonb(OLD);
    owner uuid;
BEGIN
    -- By what the row has, and not by its table's name: a partition has another.
    owner := CASE
        WHEN gone ? 'company' THEN (gone ->> 'company')::uuid
        WHEN gone ? 'appointment' THEN (SELECT company FROM appointment WHERE id = (gone ->> 'appointment')::uuid)
        WHEN gone ? 'delivery' THEN (SELECT company FROM delivery WHERE id = (gone ->> 'delivery')::bigint)
        WHEN gone ? 'finding' THEN (SELECT company FROM finding WHERE id = (gone ->> 'finding')::bigint)
    END;
    IF EXISTS (SELECT FROM sample WHERE company = owner AND removing) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = 'integrity_constraint_violation';
END
$$;

DROP TRIGGER record_delete ON record;
CREATE TRIGGER record_delete BEFORE DELETE ON record FOR EACH ROW EXECUTE FUNCTION keep('record_delete');

DROP TRIGGER appointment_delete ON appointment;
CREATE TRIGGER appointment_delete BEFORE DELETE ON appointment FOR EACH ROW
EXECUTE FUNCTION keep('appointment_delete');

DROP TRIGGER event_append_only ON event;
CREATE TRIGGER event_append_only BEFORE UPDATE ON event FOR EACH ROW EXECUTE FUNCTION refuse('event_append_only');
CREATE TRIGGER event_delete BEFORE DELETE ON event FOR EACH ROW EXECUTE FUNCTION keep('event_append_only');

DROP TRIGGER delivery_delete ON delivery;
CREATE TRIGGER delivery_delete BEFORE DELETE ON delivery FOR EACH ROW EXECUTE FUNCTION keep('delivery_delete');

DROP TRIGGER delivery_attempt_append_only ON delivery_attempt;
CREATE TRIGGER delivery_attempt_append_only BEFORE UPDATE ON delivery_attempt FOR EACH ROW
EXECUTE FUNCTION refuse('delivery_attempt_append_only');
CREATE TRIGGER delivery_attempt_delete BEFORE DELETE ON delivery_attempt FOR EACH ROW
EXECUTE FUNCTION keep('delivery_attempt_append_only');

DROP TRIGGER repair_act_append_only ON repair_act;
CREATE TRIGGER repair_act_append_only BEFORE UPDATE ON repair_act FOR EACH ROW
EXECUTE FUNCTION refuse('repair_act_append_only');
CREATE TRIGGER repair_act_delete BEFORE DELETE ON repair_act FOR EACH ROW
EXECUTE FUNCTION keep('repair_act_append_only');

DROP TRIGGER waitlist_delete ON waitlist;
CREATE TRIGGER waitlist_delete BEFORE DELETE ON waitlist FOR EACH ROW EXECUTE FUNCTION keep('waitlist_delete');

DROP TRIGGER finding_delete ON finding;
CREATE TRIGGER finding_delete BEFORE DELETE ON finding FOR EACH ROW EXECUTE FUNCTION keep('finding_delete');

DROP TRIGGER finding_act_delete ON finding_act;
CREATE TRIGGER finding_act_delete BEFORE DELETE ON finding_act FOR EACH ROW
EXECUTE FUNCTION keep('finding_act_append_only');

DROP TRIGGER extension_change_append_only ON extension_change;
CREATE TRIGGER extension_change_append_only BEFORE UPDATE ON extension_change FOR EACH ROW
EXECUTE FUNCTION refuse('extension_change_append_only');
CREATE TRIGGER extension_change_delete BEFORE DELETE ON extension_change FOR EACH ROW
EXECUTE FUNCTION keep('extension_change_append_only');
