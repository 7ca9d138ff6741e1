"""Recordings: what tables of recorded quotes, trades or bars say, in ticks and lots.

- `times`: the notations of time
- `columns`: the names of columns, and what a table with them is
- `rows`: `Table`, and the rows of one, each cell read at its place
- `tape`: quotes and prints as columns of integers
- `reading`: `read_recording`, from a table to a tape
- `bars`: what an OHLCV bar stands for
"""

from fillgate.market.feeds.recordings.columns import Kind
from fillgate.market.feeds.recordings.reading import Recording, read_recording
from fillgate.market.feeds.recordings.rows import BadRecording, Table

__all__ = ["BadRecording", "Kind", "Recording", "Table", "read_recording"]
