-- What is noted and photographed at a visit. It is no part of the appointment, whose revision does not count it.

CREATE TABLE visit_note (
    id          TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
    appointment TEXT NOT NULL REFERENCES appointment (id),
    actor       TEXT NOT NULL,
    -- An account or an API key.
    by_id       TEXT,
    text        TEXT NOT NULL CHECK (text <> ''),
    written_us  INTEGER NOT NULL
) STRICT;

CREATE INDEX visit_note_by_appointment ON visit_note (appointment, written_us, id);

CREATE TRIGGER visit_note_append_only BEFORE UPDATE ON visit_note
BEGIN
    SELECT RAISE(ABORT, 'visit_note_append_only');
END;

CREATE TRIGGER visit_note_delete BEFORE DELETE ON visit_note
WHEN NOT EXISTS (
    SELECT 1 FROM appointment a JOIN sample_going s ON s.company = a.company WHERE a.id = OLD.appointment
)
BEGIN
    SELECT RAISE(ABORT, 'visit_note_append_only');
END;

CREATE TABLE visit_photo (
    id          TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
    appointment TEXT NOT NULL REFERENCES appointment (id),
    actor       TEXT NOT NULL,
    by_id       TEXT,
    width       INTEGER NOT NULL CHECK (width >= 1),
    height      INTEGER NOT NULL CHECK (height >= 1),
    bytes       INTEGER NOT NULL CHECK (bytes >= 1),
    sha256      TEXT NOT NULL CHECK (length(sha256) = 64),
    taken_us    INTEGER NOT NULL,
    -- Set once, when its picture is removed, with who removed it.
    removed_us  INTEGER,
    remover_id  TEXT
) STRICT;

CREATE INDEX visit_photo_by_appointment ON visit_photo (appointment, taken_us, id);

CREATE TRIGGER visit_photo_identity
BEFORE UPDATE OF id, appointment, actor, by_id, width, height, bytes, sha256, taken_us ON visit_photo
BEGIN
    SELECT RAISE(ABORT, 'visit_photo_identity');
END;

CREATE TRIGGER visit_photo_removed BEFORE UPDATE ON visit_photo WHEN OLD.removed_us IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'visit_photo_removed');
END;

CREATE TRIGGER visit_photo_delete BEFORE DELETE ON visit_photo
WHEN NOT EXISTS (
    SELECT 1 FROM appointment a JOIN sample_going s ON s.company = a.company WHERE a.id = OLD.appointment
)
BEGIN
    SELECT RAISE(ABORT, 'visit_photo_delete');
END;

-- Apart from what is said of it, so that lists read none of it.
CREATE TABLE visit_picture (
    photo TEXT PRIMARY KEY NOT NULL REFERENCES visit_photo (id),
    large BLOB NOT NULL,
    small BLOB NOT NULL
) STRICT;

CREATE TRIGGER visit_picture_final BEFORE UPDATE ON visit_picture
BEGIN
    SELECT RAISE(ABORT, 'visit_picture_final');
END;

-- It goes once its photo says who removed it.
CREATE TRIGGER visit_picture_delete BEFORE DELETE ON visit_picture
WHEN NOT EXISTS (SELECT 1 FROM visit_photo p WHERE p.id = OLD.photo AND p.removed_us IS NOT NULL)
    AND NOT EXISTS (
        SELECT 1 FROM visit_photo p JOIN appointment a ON a.id = p.appointment
        JOIN sample_going s ON s.company = a.company WHERE p.id = OLD.photo
    )
BEGIN
    SELECT RAISE(ABORT, 'visit_picture_delete');
END;
