-- Before 3.45, SQLite says of NULL that it is no valid JSON, and its integrity check calls rows broken that hold one. What the
-- checks mean is said in full. No row changes by it, so that SQLite's documentation of ALTER TABLE lets the schema be written.
PRAGMA writable_schema = ON;

UPDATE sqlite_schema
SET sql = replace(replace(sql, 'CHECK (json_valid(failure))', 'CHECK (failure IS NULL OR json_valid(failure))'),
                  'CHECK (json_valid(document))', 'CHECK (document IS NULL OR json_valid(document))')
WHERE type = 'table' AND name = 'delivery';

UPDATE sqlite_schema
SET sql = replace(sql, 'CHECK (json_valid(data))', 'CHECK (data IS NULL OR json_valid(data))')
WHERE type = 'table' AND name = 'extension_change';

PRAGMA writable_schema = RESET;
