-- What a text is looked for in: the names of appointments by each three characters of them, and customers' telephone
-- numbers as they are dialled.

-- Derived from the names, which are looked up here only to find out which appointments need a look.
CREATE VIRTUAL TABLE appointment_gram USING fts5 (
    name, appointment UNINDEXED, company UNINDEXED, tokenize = 'trigram', detail = 'none', columnsize = 0
);

-- Merged more rarely than unless it is told: a booking pays for that, and a search does not notice.
INSERT INTO appointment_gram (appointment_gram, rank) VALUES ('automerge', 16), ('crisismerge', 64);

INSERT INTO appointment_gram (name, appointment, company) SELECT name, id, company FROM appointment ORDER BY id;

CREATE TRIGGER appointment_gram_insert AFTER INSERT ON appointment
BEGIN
    INSERT INTO appointment_gram (name, appointment, company) VALUES (NEW.name, NEW.id, NEW.company);
END;

-- No use case gives an appointment another name, so that this may look at all of them.
CREATE TRIGGER appointment_gram_update AFTER UPDATE OF name ON appointment WHEN NEW.name <> OLD.name
BEGIN
    UPDATE appointment_gram SET name = NEW.name WHERE appointment = NEW.id;
END;

-- Whatever a search for a customer compares is in the index, so that only those it finds are read.
DROP INDEX customer_by_name;
CREATE INDEX customer_by_name ON record (
    company, lower(name), id, name, data ->> '$.email', data ->> '$.phone', data ->> '$.party_code',
    replace(replace(replace(replace(replace(replace(
        data ->> '$.phone', ' ', ''), '-', ''), '/', ''), '.', ''), '(', ''), ')', '')
) WHERE kind = 'customer';
