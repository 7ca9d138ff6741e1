"""The mock venue's ledger: a file that outlives the process.

Each line is a JSON array of records (`market.records`) that happened in one step. Invariants:

1. A line is appended with one write before anything it tells is answered, so what was answered
   survives the death of the process. It is not flushed to the disk: the ledger stands for another
   machine, which does not lose power when this one does.
2. Only the last line can be torn, by a write that did not end. Nothing in it was answered; it is
   left out when the ledger is read, and cut off when it is opened for writing.
3. One process at a time writes a ledger.
"""

import errno
import fcntl
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from fillgate.domain.errors import AccountDown, ConfigurationError
from fillgate.market.records import Record
from fillgate.market.state import VenueState
from fillgate.market.venue_order import VenueOrder

__all__ = ["LedgerCorrupt", "LedgerFile", "MockLedger"]

_MODE: Final = 0o600
_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(list[Record]).decode


class LedgerCorrupt(ConfigurationError):
    """A file is not a mock ledger, or was changed by something else; the text names the line."""


class MockLedger:
    """What the mock venue knows, read from its ledger. For tests, demonstrations and people."""

    def __init__(self, state: VenueState, torn: bytes) -> None:
        self.state = state
        """All of it."""
        self.torn = torn
        """The beginning of a last line whose writing did not end; empty if there is none."""

    @classmethod
    def read(cls, path: str | Path) -> "MockLedger":
        """Read a ledger, also while the venue writes it.

        Raises:
            OSError: the file cannot be read.
            LedgerCorrupt: it is not a ledger.
        """
        return cls.parse(Path(path).read_bytes(), str(path))

    @classmethod
    def parse(
        cls, content: bytes, name: str, new_state: Callable[[], VenueState] = VenueState
    ) -> "MockLedger":
        """Read a ledger from its bytes.

        Args:
            content: of the file.
            name: what errors call it.
            new_state: makes the state that its records are folded into.
        """
        state = new_state()
        *lines, torn = content.split(b"\n")
        for number, line in enumerate(lines, start=1):
            try:
                for record in _decode(line):
                    state.apply(record)
            except (msgspec.MsgspecError, UnicodeDecodeError, LookupError, ValueError) as error:
                raise LedgerCorrupt(f"{name}, line {number}: no ledger record: {error}") from None
        return cls(state, torn)

    @property
    def arrivals(self) -> Mapping[str, Sequence[VenueOrder]]:
        """For each client order id the orders that arrived under it, in that order.

        More than one means that it was sent more than once. Each has the venue's `order_id`, the
        `order` as it was sent or as the last replace made it, its `status` and its `fills`. Orders
        that the venue itself placed to protect an entry never arrived and are not among them; see
        `attached`.
        """
        found: dict[str, list[VenueOrder]] = {}
        for held in self.state.orders.values():
            if held.entry is None:
                found.setdefault(held.arrived_as, []).append(held)
        return found

    @property
    def attached(self) -> Sequence[VenueOrder]:
        """The orders that the venue placed to protect entries, oldest first."""
        return [held for held in self.state.orders.values() if held.entry is not None]


class LedgerFile:
    """A ledger open for writing."""

    def __init__(
        self, path: str, where: str, new_state: Callable[[], VenueState] = VenueState
    ) -> None:
        """Open a ledger, or make an empty one, and read what is in it.

        Args:
            path: of the file; its folder must be there.
            where: name of the setting for error messages.
            new_state: makes the state that its records are folded into.

        Raises:
            ConfigurationError: the file cannot be opened, or is no ledger.
            AccountDown: another process has it open.
        """
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, _MODE)
        except OSError as error:
            text = f"expected a file that can be written, found {path!r}: {error.strerror}"
            raise ConfigurationError(f"`{where}`: {text}") from None
        self._name = f"`{where}`: {path}"
        self._new_state = new_state
        try:
            self._lock(path)
            self._contents: MockLedger | None = self._read()
            self.torn = self._contents.torn
            """The beginning of a last line whose writing did not end; it is cut off."""
            self._end = os.fstat(self._file).st_size - len(self.torn)
            os.ftruncate(self._file, self._end)
        except BaseException:
            self.close()
            raise

    def _lock(self, path: str) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise AccountDown(f"the ledger {path!r} is in use by another account") from None

    def _read(self) -> MockLedger:
        return MockLedger.parse(_read_all(self._file), self._name, self._new_state)

    def reload(self) -> VenueState:
        """Return all that is in it, for the caller to go on with.

        Raises:
            OSError: the file cannot be read.
        """
        contents, self._contents = self._contents or self._read(), None
        return contents.state

    def write(self, records: Sequence[Record]) -> None:
        """Append one line.

        Raises:
            OSError: it could not be written; the ledger is what it was.
        """
        line = _encode(records) + b"\n"
        written = os.write(self._file, line)
        if written < len(line):
            os.ftruncate(self._file, self._end)
            raise OSError(errno.ENOSPC, f"only {written} of {len(line)} bytes were written")
        self._end += len(line)

    def close(self) -> None:
        """Close the file. Further writes fail."""
        os.close(self._file)


def _read_all(file: int) -> bytes:
    with os.fdopen(os.dup(file), "rb") as reader:
        reader.seek(0)
        return reader.read()
