"""Cutting credentials out of bytes before they are stored.

Invariants, whatever the bytes are, JSON or not:

1. No configured secret is left, in none of the ways in which JSON can write it, nor JSON within a
   JSON string.
2. No value is left of a key whose name is or ends in secret, token, password, passphrase, api_key
   or api_secret, in any case and however JSON escapes it. A value in quotes or brackets whose end
   cannot be told is cut to the end of the bytes; a bare one ends at a space, a quote, a backslash
   or one of `,;&]}`.
3. All else stays byte for byte, except that bytes which hold a credential lose their NULs, for
   these may be UTF-16. Cutting twice changes nothing more.
4. The time it takes grows with the length of the bytes and no faster.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

__all__ = ["CUT", "cut_credentials"]

CUT: Final = b"[cut]"
"""What stands in the place of a credential."""

_NUL: Final = 0
_BACKSLASH: Final = ord("\\")

# The bound on backslashes keeps long runs of them from costing more than their length.
_BACKSLASHES: Final = rb"\\{1,8}"
_ESCAPED_QUOTE: Final = _BACKSLASHES + rb"(?:[\"']|u002[27])"

_WORDS: Final = (b"secret", b"token", b"pass", b"key")
"""Every name of a credential holds one of these, in lower case."""

_NAMES: Final = rb"(?:secret|token|pass(?:word|phrase)|api[_-]?key)"
_AFTER_NAME: Final = rb"(?P<quote>[\"']|" + _ESCAPED_QUOTE + rb")?\s*+[:=]\s*+"
_PLAIN_KEY: Final = re.compile(_NAMES + _AFTER_NAME)

_STRING: Final = re.compile(
    rb'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)'
    rb"|'(?:[^'\\]|\\.)*+(?:'|\\?\Z)"
    rb"|(?P<quote>" + _ESCAPED_QUOTE + rb").*?(?:(?<!\\)(?P=quote)|\Z)",
    re.DOTALL,
)
_BARE: Final = re.compile(rb"(?!(?:null|true|false)\b)[^\s,;&\[\]{}\"'\\]+")
_BRACKET: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.DOTALL)

_SHORT_ESCAPES: Final = {"\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t"} | {
    itself: itself for itself in '"\\/'
}


def cut_credentials(body: bytes, secrets: Sequence[str]) -> bytes:
    """Return the bytes with `[cut]` in the place of each credential.

    Args:
        body: what was received.
        secrets: the configured ones; empty ones are passed over.
    """
    # A byte given as a number, and `find`, cost a fraction of a look for a bytes object.
    if _NUL not in body:
        return _cut(body, secrets)
    squeezed = body.replace(b"\0", b"")
    cut = _cut(squeezed, secrets)
    return body if cut == squeezed else cut


def _cut(body: bytes, secrets: Sequence[str]) -> bytes:
    for secret in secrets:
        if secret:
            body = _without_secret(body, secret)
    # Same length as the body, and a credential's name may stand there in any case.
    lowered = body.lower()
    if _BACKSLASH in lowered and b"\\u" in lowered:
        return _without_values(body, lowered, _escaped_key())
    for word in _WORDS:
        if lowered.find(word) >= 0:
            return _without_values(body, lowered, _PLAIN_KEY)
    return body


def _without_secret(body: bytes, secret: str) -> bytes:
    body = body.replace(_encoded(secret), CUT)
    if _BACKSLASH not in body:
        return body
    if b"\\u" in body or not _SHORT_ESCAPES.keys().isdisjoint(secret):
        return _written_secret(secret).sub(CUT, body)
    return body


@lru_cache(maxsize=512)
def _encoded(characters: str) -> bytes:
    return characters.encode("utf-8", "surrogatepass")


@lru_cache(maxsize=256)
def _written_secret(secret: str) -> re.Pattern[bytes]:
    deepest_first = (b"".join(_written(c, depth) for c in secret) for depth in (2, 1))
    return re.compile(b"|".join(deepest_first))


def _written(characters: str, depth: int) -> bytes:
    """Return the pattern of any one of the characters as JSON within `depth` strings writes it."""
    if depth == 0:
        return b"(?:" + b"|".join(re.escape(_encoded(c)) for c in characters) + b")"
    ways = [way for character in characters for way in _ways(character)]
    patterns = (b"".join(_written(part, depth - 1) for part in way) for way in ways)
    return b"(?:" + b"|".join(patterns) + b")"


def _ways(character: str) -> list[tuple[str, ...]]:
    """Return how a JSON string may write a character: for each place all that may stand there."""
    units = character.encode("utf-16-be", "surrogatepass").hex()
    escapes = [part for start in range(0, len(units), 4) for part in _escape(units[start:][:4])]
    ways: list[tuple[str, ...]] = [tuple(escapes)]
    if character in _SHORT_ESCAPES:
        ways.append(("\\", _SHORT_ESCAPES[character]))
    if character not in '"\\' and character >= " ":
        ways.append((character,))
    return ways


def _escape(hexadecimal: str) -> list[str]:
    return ["\\", "u", *(f"{d}{d.upper()}" if d.isalpha() else d for d in hexadecimal)]


@lru_cache(maxsize=1)
def _escaped_key() -> re.Pattern[bytes]:
    def escaped(letter: re.Match[bytes]) -> bytes:
        both = f"{ord(letter[0]):04x}|{ord(letter[0].upper()):04x}".encode()
        return b"(?:" + letter[0] + b"|" + _BACKSLASHES + b"u(?:" + both + b"))"

    names = re.sub(rb"[a-z]", escaped, _NAMES)
    names = names.replace(b"[_-]", b"(?:[_-]|" + _BACKSLASHES + b"u00(?:5f|2d))")
    return re.compile(names + _AFTER_NAME)


def _without_values(body: bytes, lowered: bytes, keys: re.Pattern[bytes]) -> bytes:
    pieces: list[bytes] = []
    kept = 0
    while (key := keys.search(lowered, kept)) is not None:
        start = key.end()
        string = _STRING.match(body, start)
        if string is not None:
            end = string.end()
            quote = string["quote"] or body[start : start + 1]
        else:
            end = _end_of_bare(body, start)
            quote = body[slice(*key.span("quote"))] if end > start else b""
        pieces += (body[kept:start], quote + CUT + quote if end > start else b"")
        kept = end
    return b"".join((*pieces, body[kept:])) if pieces else body


def _end_of_bare(body: bytes, start: int) -> int:
    if body[start : start + 1] in {b"[", b"{"} and not body.startswith(CUT, start):
        return _end_of_brackets(body, start)
    bare = _BARE.match(body, start)
    return bare.end() if bare else start


def _end_of_brackets(body: bytes, start: int) -> int:
    depth = 0
    for token in _BRACKET.finditer(body, start):
        if token[0] in {b"[", b"{"}:
            depth += 1
        elif token[0] in {b"]", b"}"}:
            depth -= 1
        if depth == 0:
            return token.end()
    return len(body)
