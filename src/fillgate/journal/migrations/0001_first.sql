-- The first layout. Money is text or inside JSON; no SQL reckons with it.
-- Times are Unix microseconds.

-- "fgat", so that other databases are told apart.
PRAGMA application_id = 0x66676174;

-- identity: the journal's random id; fold: the version of the fold that the rows were made with;
-- openings: how often the journal was opened for writing; eventless: how many batches wrote no event.
CREATE TABLE meta (
    name TEXT NOT NULL PRIMARY KEY,
    value ANY NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE streams (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE events (
    position INTEGER PRIMARY KEY,
    stream INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    at INTEGER NOT NULL,
    signal INTEGER,
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,
    data BLOB NOT NULL,
    hash BLOB NOT NULL,
    UNIQUE (stream, sequence)
) STRICT;

CREATE INDEX events_by_signal ON events (signal) WHERE signal IS NOT NULL;

-- Keys are random, so a single index over millions of them would be written all over the place.
-- Within a bucket of 30 days the index stays small; that a key is in no other bucket is looked up
-- in the transaction that inserts it. Bucket 0 takes the keys of all months long past.
CREATE TABLE keys (
    bucket INTEGER NOT NULL,
    source TEXT NOT NULL,
    key TEXT NOT NULL,
    signal INTEGER NOT NULL,
    reading BLOB NOT NULL,
    PRIMARY KEY (bucket, source, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE fingerprints (
    source TEXT NOT NULL,
    key TEXT NOT NULL,
    signal INTEGER NOT NULL,
    reading BLOB NOT NULL,
    expires INTEGER NOT NULL,
    PRIMARY KEY (source, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX fingerprints_by_expiry ON fingerprints (expires);

CREATE TABLE bodies (
    signal INTEGER PRIMARY KEY,
    body BLOB NOT NULL
) STRICT;

CREATE TABLE signals (
    number INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    source TEXT NOT NULL,
    state TEXT NOT NULL,
    account TEXT,
    symbol TEXT,
    code TEXT
) STRICT;

CREATE INDEX signals_by_source ON signals (source);
CREATE INDEX signals_waiting ON signals (number) WHERE state = 'waiting';
CREATE INDEX signals_refused ON signals (number) WHERE state = 'refused';
CREATE INDEX signals_duplicate ON signals (number) WHERE state = 'duplicate';

CREATE TABLE orders (
    signal INTEGER NOT NULL,
    leg INTEGER NOT NULL,
    client_order_id TEXT NOT NULL UNIQUE,
    account TEXT NOT NULL,
    symbol TEXT NOT NULL,
    status TEXT NOT NULL,
    open INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (signal, leg)
) STRICT, WITHOUT ROWID;

-- In a table without rowid every index ends with the primary key: these are ordered by it.
CREATE INDEX orders_by_account ON orders (account);
CREATE INDEX orders_by_symbol ON orders (symbol);
CREATE INDEX orders_open ON orders (open) WHERE open = 1;

CREATE TABLE positions (
    account TEXT NOT NULL,
    symbol TEXT NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (account, symbol)
) STRICT, WITHOUT ROWID;
