-- What a long life needs: heads that stand by themselves, ids of the venues, what was seen at them,
-- incarnations.

-- The end of each stream, written with every batch that appends to it. Sequences are counted from here by
-- the journal's one writer, and chained, so events need no index over them.
ALTER TABLE streams RENAME TO old_streams;
CREATE TABLE streams (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    position INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    hash BLOB NOT NULL
) STRICT;
INSERT INTO streams (id, name, position, sequence, hash)
SELECT old_streams.id, name, position, sequence, hash
FROM old_streams JOIN events ON events.stream = old_streams.id
WHERE sequence = (SELECT max(sequence) FROM events WHERE stream = old_streams.id);
DROP TABLE old_streams;

ALTER TABLE events RENAME TO old_events;
CREATE TABLE events (
    position INTEGER PRIMARY KEY,
    stream INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    at INTEGER NOT NULL,
    signal INTEGER,
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,
    data BLOB NOT NULL,
    hash BLOB NOT NULL
) STRICT;
INSERT INTO events SELECT * FROM old_events ORDER BY position;
DROP TABLE old_events;
CREATE INDEX events_by_signal ON events (signal) WHERE signal IS NOT NULL;

-- Buckets of keys are no longer months: each takes the keys of some thousand events, and has a number above
-- those of the months. This tells that a key is in none of them, without a look into each.
CREATE TABLE key_filter (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    through INTEGER NOT NULL,
    count INTEGER NOT NULL,
    bits BLOB NOT NULL,
    digest BLOB NOT NULL
) STRICT;

-- What venues call our orders, in buckets like those of the keys.
CREATE TABLE venue_ids (
    bucket INTEGER NOT NULL,
    account TEXT NOT NULL,
    symbol TEXT NOT NULL,
    order_id TEXT NOT NULL,
    client_order_id TEXT NOT NULL,
    PRIMARY KEY (bucket, account, symbol, order_id)
) STRICT, WITHOUT ROWID;

-- What was noticed at a venue and told of, so that a restart does not tell of it again.
CREATE TABLE sightings (
    account TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (account, kind, subject)
) STRICT, WITHOUT ROWID;

CREATE INDEX orders_absent ON orders (at) WHERE status = 'ABSENT';

-- The ids under which this journal was written: its identity, then one for each time that it was
-- restored from a backup.
CREATE TABLE incarnations (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO incarnations (number, id) SELECT 1, value FROM meta WHERE name = 'identity';

-- Ids of the venues are among the rows that are made from the events: have them made.
UPDATE meta SET value = 0 WHERE name = 'fold';
