"""What a venue's answer says in words: read for people and for reasons, never for numbers.

Invariant: an answer counts as the venue's own only if its whole body is JSON that says something. A
web page, a bare text or an empty object comes from something in between.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

__all__ = ["Spoken", "is_error_list", "is_json", "names_an_order", "says_one_of", "spoken"]

_LONGEST_WORDS: Final = 300
_UNFIT: Final = re.compile("[\0-\x1f\x7f\ud800-\udfff]+")
_DEEPEST: Final = 6

_WORDS: Final = frozenset(
    {"code", "msg", "message", "error", "errors", "error_message", "error_description", "reason"}
    | {"retcode", "retmsg", "scode", "smsg", "errorcode", "errcode", "errmsg", "errormessage"}
    | {"err_code", "err_msg", "err-code", "err-msg", "detail", "details", "description", "label"}
    | {"result_code", "ret_code", "ret_msg", "return_code", "rejectreason", "failure_reason"}
)
_ID_KEYS: Final = frozenset({"orderid", "ordid", "txid", "oid"})
_NO_ID: Final = frozenset({"", "0", "-1", "none", "null", "undefined"})


class Spoken(tuple[str, ...]):
    """What a venue said: its codes and sentences, each once."""

    __slots__ = ()

    def __str__(self) -> str:
        return _UNFIT.sub(" ", ": ".join(self))[:_LONGEST_WORDS]


def spoken(body: str | None) -> Spoken | None:
    """Return what a venue said in an answer; None if the answer is not its own.

    Args:
        body: the whole body; None if it did not come whole.
    """
    value = _json_of(body)
    if not isinstance(value, dict | list) or not value:
        return None
    words = Spoken(dict.fromkeys(_words(value, _DEEPEST)))
    return words or None


def is_json(body: str | None) -> bool:
    """Tell whether an answer is a whole JSON list, or an object that holds something."""
    value = _json_of(body)
    return isinstance(value, list) or (isinstance(value, dict) and bool(value))


def is_error_list(body: str | None) -> bool:
    """Tell whether an answer is a list of the word "error", a code in digits and a text."""
    match _json_of(body):
        case ["error", str(code), str(text)]:
            return code.isdecimal() and bool(text.strip())
        case _:
            return False


def _json_of(body: str | None) -> Any:
    try:
        return None if body is None else json.loads(body, parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        return None


def _words(value: Any, depth: int, *, named: bool = False) -> Iterator[str]:
    """Tell the texts of fields for such; of a list at the top all texts are words."""
    if isinstance(value, str):
        if named and value.strip():
            yield value.strip()
    elif depth and isinstance(value, list):
        for item in value:
            yield from _words(item, depth - 1, named=named or depth == _DEEPEST)
    elif depth and isinstance(value, dict):
        for key, item in value.items():
            yield from _words(item, depth - 1, named=named or str(key).lower() in _WORDS)


def says_one_of(words: Spoken, wanted: Iterable[str]) -> bool:
    """Tell whether one of these codes, or one of these sentences, is among the words."""
    lowered = [word.lower() for word in words]
    return any(
        want in lowered if want.lstrip("-").isdigit() else any(want in word for word in lowered)
        for want in map(str.lower, wanted)
    )


def names_an_order(body: str | None) -> bool:
    """Tell whether an answer names the id of an order anywhere in it."""
    waiting = [_json_of(body)]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, dict):
            for key, item in value.items():
                if str(key).lower().replace("_", "") in _ID_KEYS and _is_id(item):
                    return True
                waiting.append(item)
    return False


def _is_id(value: Any) -> bool:
    if isinstance(value, list):
        return any(map(_is_id, value))
    return isinstance(value, str) and value.strip().lower() not in _NO_ID
