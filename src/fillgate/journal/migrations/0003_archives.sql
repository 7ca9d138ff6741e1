-- Old events and bodies move to archives: files beside this one, named by their number, that never change.
-- Positions and signals tell where something is looked for; signals of one archive may lie between those of
-- another, for orders live long.
CREATE TABLE archives (
    number INTEGER PRIMARY KEY,
    last INTEGER NOT NULL,
    first_signal INTEGER NOT NULL,
    last_signal INTEGER NOT NULL
) STRICT;
