"""The journal: the append-only, durable log of everything that happened; the truth.

- `base`: the `Journal` protocol and its words; `index`: rows, and what can be asked of them
- `sqlite`: the embedded journal, one file; `reader`: the same, for reading only
- `codec`: events to bytes and back, over all their versions
- `chain`: the hash chain of a stream
- `writer`: the thread that commits, and what it does when that fails
- `store`: the writing side of the database, over `streams`, `claims`, `rows`, `pending`
- `queries`: its reading side; `schema`: its layout and how it is opened; `lock`: its one writer
- `rebuild`: rows made anew from the events
"""
