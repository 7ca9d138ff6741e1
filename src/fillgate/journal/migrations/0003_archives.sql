-- Old events and bodies move to archives: files beside this one, named by their number, that never change.
-- Positions and signals tell where something is looked for; signals of one archive may lie between those of
-- another, for orders live long.
CREATE TABLE archives (
    number INTEGER PRIMARY KEY,
    last INTEGER NOT NULL,
    first_signal INTEGER NOT NULL,
    last_signal INTEGER NOT NULL
) STRICT;

-- Keys are added to the filter in layers, and all of them are saved. It is made anew from the keys.
DROP TABLE key_filter;
CREATE TABLE key_filter (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    through INTEGER NOT NULL,
    room INTEGER NOT NULL,
    layers BLOB NOT NULL,
    digest BLOB NOT NULL
) STRICT;

-- The orders of a symbol lie all over an index by symbol: a commit of orders in many symbols would write a page for
-- each. Within a bucket of a thousand signals they lie close together; a list by symbol goes from bucket to bucket.
DROP INDEX orders_by_symbol;
CREATE INDEX orders_by_symbol ON orders (signal >> 10, symbol);
