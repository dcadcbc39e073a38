-- What a text is looked for in: the names of appointments by each three characters of them.

-- Each three characters that follow each other, capital letters of ASCII as small ones.
CREATE FUNCTION grams(words text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY(SELECT DISTINCT substr(lower(words COLLATE "C"), n, 3) FROM generate_series(1, length(words) - 2) AS n);

-- Derived from the names, which are looked up here only to find out which appointments need a look. Apart from them,
-- because each change of an appointment would write all of its entries in the index anew.
CREATE TABLE appointment_gram (
    appointment uuid PRIMARY KEY,
    company     uuid NOT NULL,
    name        text NOT NULL
);

INSERT INTO appointment_gram (appointment, company, name) SELECT id, company, name FROM appointment;

CREATE INDEX appointment_by_gram ON appointment_gram USING gin (grams(name));

CREATE FUNCTION appointment_named() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO appointment_gram (appointment, company, name) VALUES (NEW.id, NEW.company, NEW.name);
    ELSE
        UPDATE appointment_gram SET name = NEW.name WHERE appointment = NEW.id;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER appointment_gram_insert AFTER INSERT ON appointment FOR EACH ROW
EXECUTE FUNCTION appointment_named();

CREATE TRIGGER appointment_gram_update AFTER UPDATE OF name ON appointment FOR EACH ROW
WHEN (NEW.name <> OLD.name) EXECUTE FUNCTION appointment_named();
