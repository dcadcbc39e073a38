-- The function as it was, in the language whose plans last as long as a connection: one in SQL is planned anew whenever it
-- is called, which was most of what putting a delivery in line took.
CREATE OR REPLACE FUNCTION obstacle(line uuid, waiting bigint) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN coalesce(
        (SELECT e.id FROM delivery e WHERE e.appointment = line AND e.state = 'leased' AND e.id <> waiting),
        (SELECT max(e.id) FROM delivery e
         WHERE e.appointment = line AND e.state = 'pending' AND e.id < waiting AND e.id NOT IN (
             WITH RECURSIVE stuck (id, key) AS (
                 SELECT p.id, p.key FROM delivery p WHERE p.appointment = line AND p.state = 'parked'
                 UNION
                 SELECT n.id, n.key FROM stuck s JOIN delivery n
                 ON n.appointment = line AND n.state = 'pending' AND s.key = ANY (n.after_keys)
             )
             SELECT stuck.id FROM stuck
         ))
    );
END
$$;
