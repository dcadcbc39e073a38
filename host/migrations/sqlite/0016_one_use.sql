-- A company uses an extension once: two in use would count each other's failures, and neither could be told from the other.

CREATE TEMP TABLE switched_off AS
SELECT r.id FROM record r
WHERE r.kind = 'extension' AND r.active = 1 AND EXISTS (
    SELECT 1 FROM record other
    WHERE other.kind = 'extension' AND other.active = 1 AND other.company = r.company AND other.name = r.name
        AND (other.updated_us, other.id) > (r.updated_us, r.id)
);

-- Of several the one that was changed last stays.
UPDATE record SET active = 0, version = version + 1, data = json_set(data, '$.active', json('false'))
WHERE id IN (SELECT id FROM switched_off);

UPDATE company SET catalog_version = catalog_version + 1
WHERE id IN (SELECT company FROM record WHERE id IN (SELECT id FROM switched_off));

INSERT INTO extension_change (company, extension, digest, what, data, actor, changed_us)
SELECT company, name, data ->> 'digest', 'changed', data, 'migration', updated_us FROM record
WHERE id IN (SELECT id FROM switched_off) ORDER BY id;

DROP TABLE switched_off;

CREATE UNIQUE INDEX record_extension_once ON record (company, name) WHERE kind = 'extension' AND active = 1;
