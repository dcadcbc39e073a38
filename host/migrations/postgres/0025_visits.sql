-- What is noted and photographed at a visit. It is no part of the appointment, whose revision does not count it.

CREATE TABLE visit_note (
    id          uuid PRIMARY KEY,
    appointment uuid NOT NULL REFERENCES appointment (id),
    actor       text NOT NULL,
    -- An account or an API key.
    by_id       uuid,
    text        text NOT NULL CHECK (text <> ''),
    written_at  timestamptz NOT NULL
);

CREATE INDEX visit_note_by_appointment ON visit_note (appointment, written_at, id);

CREATE TRIGGER visit_note_append_only BEFORE UPDATE ON visit_note FOR EACH ROW
EXECUTE FUNCTION refuse('visit_note_append_only');
CREATE TRIGGER visit_note_delete BEFORE DELETE ON visit_note FOR EACH ROW
EXECUTE FUNCTION keep('visit_note_append_only');

CREATE TABLE visit_photo (
    id          uuid PRIMARY KEY,
    appointment uuid NOT NULL REFERENCES appointment (id),
    actor       text NOT NULL,
    by_id       uuid,
    width       bigint NOT NULL CHECK (width >= 1),
    height      bigint NOT NULL CHECK (height >= 1),
    bytes       bigint NOT NULL CHECK (bytes >= 1),
    sha256      text NOT NULL CHECK (length(sha256) = 64),
    taken_at    timestamptz NOT NULL,
    -- Set once, when its picture is removed, with who removed it.
    removed_at  timestamptz,
    remover_id  uuid
);

CREATE INDEX visit_photo_by_appointment ON visit_photo (appointment, taken_at, id);

CREATE TRIGGER visit_photo_identity
BEFORE UPDATE OF id, appointment, actor, by_id, width, height, bytes, sha256, taken_at ON visit_photo FOR EACH ROW
EXECUTE FUNCTION refuse('visit_photo_identity');
CREATE TRIGGER visit_photo_removed BEFORE UPDATE ON visit_photo FOR EACH ROW WHEN (OLD.removed_at IS NOT NULL)
EXECUTE FUNCTION refuse('visit_photo_removed');
CREATE TRIGGER visit_photo_delete BEFORE DELETE ON visit_photo FOR EACH ROW
EXECUTE FUNCTION keep('visit_photo_delete');

-- Apart from what is said of it, so that lists read none of it.
CREATE TABLE visit_picture (
    photo uuid PRIMARY KEY REFERENCES visit_photo (id),
    large bytea NOT NULL,
    small bytea NOT NULL
);

-- They are compressed already.
ALTER TABLE visit_picture ALTER COLUMN large SET STORAGE EXTERNAL, ALTER COLUMN small SET STORAGE EXTERNAL;

CREATE TRIGGER visit_picture_final BEFORE UPDATE ON visit_picture FOR EACH ROW
EXECUTE FUNCTION refuse('visit_picture_final');

-- It goes once its photo says who removed it.
CREATE FUNCTION visit_picture_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM visit_photo p JOIN appointment a ON a.id = p.appointment
        LEFT JOIN sample s ON s.company = a.company AND s.removing
        WHERE p.id = OLD.photo AND (p.removed_at IS NOT NULL OR s.company IS NOT NULL)
    ) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION USING MESSAGE = 'visit_picture_delete', ERRCODE = 'integrity_constraint_violation';
END
$$;

CREATE TRIGGER visit_picture_delete BEFORE DELETE ON visit_picture FOR EACH ROW
EXECUTE FUNCTION visit_picture_delete();
