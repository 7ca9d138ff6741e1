"""The last resort before a line is written: no configured credential leaves in it.

Those who log take care not to log credentials. This is for what they cannot know: a venue that
quotes what it was sent, an exception that shows its arguments, a library's own words.

Invariants:

1. A credential of `_SHORTEST` characters or more is hidden wherever it stands in a line: in names,
   in values, in tracebacks; also as `repr`, JSON or an address would write it. A shorter one is
   hidden where it is a whole value: it could not be told from words and numbers.
2. The value of a field whose name says that it is a credential is hidden, whatever it is.
"""

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote

import msgspec

__all__ = ["HIDDEN", "Redaction", "is_credential"]

HIDDEN: Final = "[redacted]"

_SHORTEST: Final = 4
_DEEPEST: Final = 5

_WORDS: Final = (
    *("secret", "password", "passphrase", "passwd", "token", "api_key", "apikey"),
    *("private_key", "authorization", "credential", "signature", "cookie"),
)


@lru_cache(maxsize=1024)
def is_credential(name: str) -> bool:
    """Tell whether a field's name says that it holds a credential."""
    plain = name.lower().replace("-", "_")
    return any(word in plain for word in _WORDS)


class Redaction:
    """The credentials of this process, and how to hide them."""

    def __init__(self) -> None:
        """Know none yet."""
        self._short: frozenset[str] = frozenset()
        self._texts: tuple[str, ...] = ()
        self._in_lines: tuple[str, ...] = ()

    def hide(self, credentials: Iterable[str]) -> None:
        """Hide these too, from now on."""
        known = [each for each in credentials if each]
        self._short |= {each for each in known if len(each) < _SHORTEST}
        forms = {form for each in known if len(each) >= _SHORTEST for form in _forms(each)}
        # The longest first: a credential may stand in another one.
        self._texts = tuple(sorted(forms.union(self._texts), key=len, reverse=True))
        self._in_lines = tuple(_in_json(text).decode() for text in self._texts)

    def is_needed(self, line: bytes) -> bool:
        """Tell whether a line of JSON may hold a credential; quick, for every line."""
        # Texts are searched more than twice as fast as bytes.
        text = line.decode()
        for form in self._in_lines:
            if form in text:
                return True
        return bool(self._short)

    def text(self, text: str) -> str:
        """Return a text without credentials."""
        if text in self._short:
            return HIDDEN
        for form in self._texts:
            if form in text:
                text = text.replace(form, HIDDEN)
        return text

    def value(self, value: Any, deeper: int = _DEEPEST) -> Any:
        """Return what a field holds as plain JSON values without credentials."""
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int | float):
            number = str(value)
            return value if self.text(number) == number else HIDDEN
        if deeper and isinstance(value, Mapping):
            return self.fields({_str(name): item for name, item in value.items()}, deeper - 1)
        if deeper and isinstance(value, list | tuple | set | frozenset):
            return [self.value(item, deeper - 1) for item in value]
        return self.text(_str(value))

    def fields(self, fields: Mapping[str, Any], deeper: int = _DEEPEST) -> dict[str, Any]:
        """Return fields as plain JSON values without credentials."""
        return {
            self.text(_str(name)): HIDDEN if is_credential(name) else self.value(value, deeper)
            for name, value in fields.items()
        }


def _forms(credential: str) -> set[str]:
    """Return a credential as it may be written in a text."""
    forms = {
        credential,
        quote(credential, safe=""),
        repr(credential)[1:-1],
        ascii(credential)[1:-1],
        repr(credential.encode(errors="surrogatepass"))[2:-1],
        json.dumps(credential)[1:-1],
        _in_json(credential).decode(),
    }
    # Of most credentials these are all the same. The others may be quoted in what is quoted.
    return forms | {_in_json(form).decode() for form in forms}


def _in_json(text: str) -> bytes:
    return msgspec.json.encode(_str(text))[1:-1]


def _str(value: object) -> str:
    """Return a value's text, whatever it is, in a form that can be encoded."""
    try:
        text = str(value)
    except Exception:  # noqa: BLE001 - what cannot be told is named all the same
        text = f"<{type(value).__name__}>"
    return text.encode(errors="backslashreplace").decode()
