-- A company uses an extension once: two in use would count each other's failures, and neither could be told from the other.

CREATE TEMP TABLE switched_off ON COMMIT DROP AS
SELECT r.id, r.company FROM record r
WHERE r.kind = 'extension' AND r.active AND EXISTS (
    SELECT 1 FROM record other
    WHERE other.kind = 'extension' AND other.active AND other.company = r.company AND other.name = r.name
        AND (other.updated_at, other.id) > (r.updated_at, r.id)
);

-- Of several the one that was changed last stays.
UPDATE record
SET active = false, version = version + 1, data = (data::jsonb || '{"active": false}')::json
WHERE id IN (SELECT id FROM switched_off);

UPDATE company SET catalog_version = catalog_version + 1 WHERE id IN (SELECT company FROM switched_off);

INSERT INTO extension_change (company, extension, digest, what, data, actor, changed_at)
SELECT company, name, data ->> 'digest', 'changed', data, 'migration', updated_at FROM record
WHERE id IN (SELECT id FROM switched_off) ORDER BY id;

CREATE UNIQUE INDEX record_extension_once ON record (company, name) WHERE kind = 'extension' AND active;
