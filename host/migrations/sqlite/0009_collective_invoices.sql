-- What is done and waits to be invoiced with others of its customer, from this moment on.
ALTER TABLE appointment ADD COLUMN invoice_after_us INTEGER;

CREATE INDEX appointment_to_invoice ON appointment (invoice_after_us, id) WHERE invoice_after_us IS NOT NULL;
CREATE INDEX appointment_to_invoice_of ON appointment (customer, id) WHERE invoice_after_us IS NOT NULL;
