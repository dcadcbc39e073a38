-- What was drawn as a signature, as the data of an SVG path; none where a name was typed and no more.
ALTER TABLE signature ADD COLUMN drawing text;
