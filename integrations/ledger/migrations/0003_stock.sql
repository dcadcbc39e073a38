-- What is on hand, kept by a trigger: a shortage breaks a CHECK, whoever writes.

CREATE TABLE stock_levels (
    item      TEXT    NOT NULL REFERENCES items (code),
    warehouse TEXT    NOT NULL,
    quantity  INTEGER NOT NULL CHECK (quantity >= 0),
    value     INTEGER NOT NULL CHECK (value >= 0),
    PRIMARY KEY (item, warehouse),
    CHECK (quantity > 0 OR value = 0)
) STRICT, WITHOUT ROWID;

CREATE INDEX stock_by_warehouse ON stock_levels (warehouse);

CREATE TRIGGER document_lines_move_stock AFTER INSERT ON document_lines WHEN NEW.moves <> 0 BEGIN
    INSERT INTO stock_levels (item, warehouse, quantity, value) VALUES (NEW.item, NEW.warehouse, 0, 0)
        ON CONFLICT DO NOTHING;
    UPDATE stock_levels
        SET quantity = quantity + NEW.moves * NEW.quantity, value = value + NEW.moves * NEW.amount
        WHERE item = NEW.item AND warehouse = NEW.warehouse;
END;
