-- What is asked on every claim, and by a search among many, in fewer steps.

-- SQLite takes the index `unit_by_parent` only where the other side of the comparison has no type of its own, hence the
-- plus signs before columns compared with `parent`.
DROP TRIGGER unit_claim_capacity;
DROP TRIGGER unit_claim_whole;

-- A unit has no more visits at once than it has room for, those of its parts included.
-- The first question spares a unit without parts that nobody else uses at the time.
CREATE TRIGGER unit_claim_capacity BEFORE INSERT ON unit_claim
WHEN (
    EXISTS (
        SELECT 1 FROM unit_claim c
        WHERE c.unit = NEW.unit AND c.start_us > NEW.start_us - 259200000000 AND c.start_us < NEW.end_us
            AND c.end_us > NEW.start_us AND c.visit <> NEW.visit
    ) OR EXISTS (SELECT 1 FROM unit_room WHERE parent = NEW.unit)
) AND (
    WITH RECURSIVE part (unit) AS (
        SELECT NEW.unit
        UNION
        SELECT r.unit FROM part p CROSS JOIN unit_room r ON r.parent = +p.unit
    ),
    near (start_us, end_us, visit) AS (
        SELECT c.start_us, c.end_us, c.visit FROM part p CROSS JOIN unit_claim c ON c.unit = p.unit
        WHERE c.start_us > NEW.start_us - 259200000000 AND c.start_us < NEW.end_us AND c.end_us > NEW.start_us
            AND c.visit <> NEW.visit
    ),
    -- Where it is fullest, some visit has just begun, or the new one.
    moment (at_us) AS (
        SELECT NEW.start_us UNION SELECT start_us FROM near WHERE start_us > NEW.start_us
    )
    SELECT max((SELECT count(DISTINCT n.visit) FROM near n WHERE n.start_us <= m.at_us AND n.end_us > m.at_us))
    FROM moment m
) >= (SELECT capacity FROM unit_room WHERE unit = NEW.unit)
BEGIN
    SELECT RAISE(ABORT, 'unit_taken');
END;

-- Where some visit uses a unit as a whole, each visit of a part takes one place of it, too.
-- The first question spares units that are a part of nothing, which most are, the rest of it; the second one spares
-- parts of what nobody uses as a whole at the time. Each WITH takes tables of its own, which SQLite makes and drops for
-- every claim: the whole of it is some hundred microseconds.
CREATE TRIGGER unit_claim_whole BEFORE INSERT ON unit_claim
WHEN EXISTS (SELECT 1 FROM unit_room WHERE unit = NEW.unit AND parent IS NOT NULL) AND EXISTS (
    WITH RECURSIVE whole (unit) AS (
        SELECT parent FROM unit_room WHERE unit = NEW.unit AND parent IS NOT NULL
        UNION
        SELECT r.parent FROM whole w CROSS JOIN unit_room r ON r.unit = w.unit WHERE r.parent IS NOT NULL
    )
    SELECT 1 FROM whole w CROSS JOIN unit_claim c ON c.unit = w.unit
    WHERE c.start_us > NEW.start_us - 259200000000 AND c.start_us < NEW.end_us AND c.end_us > NEW.start_us
        AND c.visit <> NEW.visit
) AND EXISTS (
    WITH RECURSIVE whole (unit) AS (
        SELECT parent FROM unit_room WHERE unit = NEW.unit AND parent IS NOT NULL
        UNION
        SELECT r.parent FROM whole w CROSS JOIN unit_room r ON r.unit = w.unit WHERE r.parent IS NOT NULL
    ),
    part (whole, unit) AS (
        SELECT unit, unit FROM whole
        UNION
        SELECT p.whole, r.unit FROM part p CROSS JOIN unit_room r ON r.parent = +p.unit
    ),
    near (whole, as_a_whole, start_us, end_us, visit) AS (
        SELECT p.whole, p.unit = p.whole, c.start_us, c.end_us, c.visit
        FROM part p CROSS JOIN unit_claim c ON c.unit = p.unit
        WHERE c.start_us > NEW.start_us - 259200000000 AND c.start_us < NEW.end_us AND c.end_us > NEW.start_us
            AND c.visit <> NEW.visit
    ),
    moment (whole, at_us) AS (
        SELECT whole, NEW.start_us FROM near UNION SELECT whole, start_us FROM near WHERE start_us > NEW.start_us
    )
    SELECT 1 FROM moment m CROSS JOIN unit_room r ON r.unit = m.whole
    WHERE EXISTS (
        SELECT 1 FROM near n
        WHERE n.whole = m.whole AND n.as_a_whole AND n.start_us <= m.at_us AND n.end_us > m.at_us
    ) AND r.capacity <= (
        SELECT count(DISTINCT n.visit) FROM near n
        WHERE n.whole = m.whole AND n.start_us <= m.at_us AND n.end_us > m.at_us
    )
)
BEGIN
    SELECT RAISE(ABORT, 'unit_taken');
END;

-- A search among a thousand reads one day of each: side by side here, a thousand pages apart in the table. The layers
-- are in the index, so that the table is not read at all.
CREATE INDEX busy_by_day ON busy (day, resource, layers);
