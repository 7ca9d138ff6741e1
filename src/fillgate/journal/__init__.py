"""The journal: the append-only, durable log of everything that happened; the truth.

- `base`: the `Journal` protocol and its words
- `codec`: events to bytes and back, over all their versions
- `chain`: the hash chain of a stream
- `sqlite`: the embedded journal, one file
"""
