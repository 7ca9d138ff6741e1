"""Cutting credentials: whatever the bytes and however it is written, no credential is left."""

import json
import re
import time
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.signals.credentials import CUT, cut_credentials

KEYS = ("secret", "token", "password", "passphrase", "api_key", "apikey", "api_secret")
SHORT = {'"': '\\"', "\\": "\\\\", "/": "\\/", "\n": "\\n", "\t": "\\t"}


def spelled(draw: st.DrawFn, text: str) -> str:
    """Write a text as the inside of a JSON string, each character in one of its ways."""
    written = []
    for character in text:
        units = character.encode("utf-16-be").hex()
        escape = "".join(f"\\u{units[start:][:4]}" for start in range(0, len(units), 4))
        upper = re.sub(r"[a-f0-9]{4}", lambda digits: digits[0].upper(), escape)
        ways = [escape, upper]
        if character in SHORT:
            ways.append(SHORT[character])
        if character not in '"\\\n\t':
            ways += [character] * 3
        written.append(draw(st.sampled_from(ways)))
    return "".join(written)


def unescaped(text: str) -> str:
    """Take JSON's escapes out of any text, whether or not it is JSON."""

    def character(escape: re.Match[str]) -> str:
        decoded: str = json.loads(f'"{escape[0]}"')
        return decoded

    found = re.sub(r'(?:\\u[0-9a-fA-F]{4})+|\\["\\/bfnrt]', character, text)
    return found.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def strings_in(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from strings_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings_in(inner)


def decoded(cut: bytes) -> list[str]:
    """Return all strings of what was JSON; a cut within an escape leaves text that is none."""
    try:
        return list(strings_in(json.loads(cut)))
    except json.JSONDecodeError:
        return [unescaped(cut.decode())]


# Without the marker's brackets, so that the marker cannot complete a secret.
characters = st.sampled_from('abcuU09_-"\\/\n\t \u00e9\u4e0a\N{GRINNING FACE}')
secrets = st.text(characters, min_size=6, max_size=12)
fillers = st.text(st.characters(codec="utf-8"), max_size=10)


@st.composite
def json_with_secret(draw: st.DrawFn) -> tuple[bytes, str]:
    secret = draw(secrets)
    inside = draw(fillers) + secret + draw(fillers)
    depth = draw(st.integers(1, 2))
    text = f'"{spelled(draw, inside)}"'
    if depth == 2:
        text = f'"{spelled(draw, text)}"'
    body = draw(
        st.sampled_from(
            ['{{"symbol":"X","note":{}}}', "{{{}: 1}}", '[[{{"a":[{}, 1.50]}}]]', " {} "]
        )
    ).format(text)
    return body.encode(), secret


@given(json_with_secret())
def test_configured_secret_is_nowhere_in_json(case: tuple[bytes, str]) -> None:
    body, secret = case
    cut = cut_credentials(body, ["other-secret", secret, ""])
    for found in decoded(cut):
        assert secret not in found
        assert secret not in unescaped(found)
    assert cut_credentials(cut, [secret]) == cut


@st.composite
def bytes_with_secret(draw: st.DrawFn) -> tuple[bytes, str]:
    secret = draw(secrets)
    planted = draw(st.sampled_from([spelled(draw, secret), secret]))
    return draw(st.binary(max_size=20)) + planted.encode() + draw(st.binary(max_size=20)), secret


@given(bytes_with_secret())
def test_configured_secret_is_nowhere_in_other_bytes(case: tuple[bytes, str]) -> None:
    body, secret = case
    cut = cut_credentials(body, [secret])
    assert CUT in cut
    assert secret.encode() not in cut


values = st.text(st.sampled_from('QXZ"\\/ ,}]:\u00c9'), min_size=1, max_size=10).map(
    lambda text: f"Q{text}Z"
)


@st.composite
def json_with_key(draw: st.DrawFn) -> bytes:
    name = "".join(draw(st.sampled_from([c, c.upper()])) for c in draw(st.sampled_from(KEYS)))
    value = draw(
        values.map(lambda text: f'"{spelled(draw, text)}"')
        | st.sampled_from(['{"Q": [1, "Z}"]}', '["Q", {"Q": "Z]"}]'])
    )
    space = st.sampled_from(["", " ", "\n\t"])
    member = f'"{draw(st.sampled_from(["", "my_"]))}{spelled(draw, name)}"'
    member += draw(space) + ":" + draw(space) + value
    body = draw(
        st.sampled_from(
            ['{{"a":"b",{} ,"after":1}}', '{{"a":[{{{}}}],"after":"b"}}', '{{"a":{{"b":{{{}}}}}}}']
        )
    )
    return body.format(member).encode()


@given(json_with_key())
def test_values_of_credential_keys_are_cut_and_nothing_else(body: bytes) -> None:
    cut = cut_credentials(body, [])
    before, after = json.loads(body), json.loads(cut)
    assert CUT.decode() in strings_in(after)
    assert not [found for found in strings_in(after) if set(found) & set("QXZ\u00c9")]
    assert before.get("after") == after.get("after")
    assert cut_credentials(cut, []) == cut


@given(json_with_key(), st.data())
def test_no_part_of_a_value_is_left_in_a_broken_off_body(body: bytes, data: st.DataObject) -> None:
    broken = body[: data.draw(st.integers(0, len(body)))]
    cut = cut_credentials(broken, [])
    assert not set(cut) & set(b"QXZ")
    assert cut_credentials(cut, []) == cut


@given(st.binary(max_size=60) | fillers.map(str.encode))
def test_what_holds_no_credential_stays(body: bytes) -> None:
    assert cut_credentials(body, ["hunter2-hunter2"]) == body


@given(
    st.lists(
        st.sampled_from(
            [*KEYS, '"', "'", ":", "=", " ", "\\", "\\u", "[", "]", "{", "}", ",", "x"]
        ),
        max_size=20,
    )
)
def test_cutting_twice_changes_nothing_more(parts: list[str]) -> None:
    cut = cut_credentials("".join(parts).encode(), [])
    assert cut_credentials(cut, []) == cut


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('{"secret": "abc", "symbol": "X"}', '{"secret": "[cut]", "symbol": "X"}'),
        ('{"Secret":"abc"}', '{"Secret":"[cut]"}'),
        ('{"API-KEY":"abc"}', '{"API-KEY":"[cut]"}'),
        ('{"a":{"webhook_secret":"a\\"bc"}}', '{"a":{"webhook_secret":"[cut]"}}'),
        ('{"\\u0053ecret":"abc"}', '{"\\u0053ecret":"[cut]"}'),
        ('{"api\\u005Fkey":"abc"}', '{"api\\u005Fkey":"[cut]"}'),
        ('{"token": 123, "a": 1}', '{"token": "[cut]", "a": 1}'),
        ('{"token": {"a": ["}"]}, "a": 1}', '{"token": "[cut]", "a": 1}'),
        ('{"token": ["a", "b"], "a": 1}', '{"token": "[cut]", "a": 1}'),
        ('{"token": null, "secret": true}', '{"token": null, "secret": true}'),
        ('{"token": ""}', '{"token": "[cut]"}'),
        ("{'secret': 'abc', 'a': 1}", "{'secret': '[cut]', 'a': 1}"),
        ("{secret: abc, a: 1}", "{secret: [cut], a: 1}"),
        ("secret=abc&symbol=X", "secret=[cut]&symbol=X"),
        ("symbol=X;password = abc;", "symbol=X;password = [cut];"),
        ('{"secret": "abc', '{"secret": "[cut]"'),
        ('{"secret": [1, 2', '{"secret": "[cut]"'),
        ('{"m":"{\\"secret\\":\\"abc\\"}"}', '{"m":"{\\"secret\\":\\"[cut]\\"}"}'),
        ('{"m":"{\\"secret\\":\\"a\\\\\\"bc\\"}"}', '{"m":"{\\"secret\\":\\"[cut]\\"}"}'),
        ('{"m":"{\\"token\\":12}","a":1}', '{"m":"{\\"token\\":\\"[cut]\\"}","a":1}'),
        ('{"secrets_of_the_market": "up", "monkey": 1}', None),
        ('{"comment": "no secret here"}', None),
        ("not JSON \\u0000 at all", None),
        ("", None),
    ],
)
def test_documented_cases(body: str, expected: str | None) -> None:
    cut = cut_credentials(body.encode(), ["hunter2-hunter2"])
    assert cut.decode() == (body if expected is None else expected)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wide_encodings_hide_nothing(encoding: str) -> None:
    body = '{"note": "hunter2-hunter2", "token": "QXZ"}'.encode(encoding)
    cut = cut_credentials(body, ["hunter2-hunter2"])
    assert b"hunter2" not in cut
    assert not set(cut) & set(b"QXZ")
    harmless = '{"note": "nothing"}'.encode(encoding)
    assert cut_credentials(harmless, ["hunter2-hunter2"]) == harmless


NASTY: dict[str, Callable[[int], bytes]] = {
    "backslashes": lambda n: b"\\" * n + b"\\u",
    "backslashes after a name": lambda n: b"secret" + b"\\" * n + b"\\u",
    "names": lambda n: b"secret" * (n // 6) + b"\\u",
    "names and spaces": lambda n: (b"secret" + b" " * 50) * (n // 56),
    "open strings": lambda n: b'"secret":"' * (n // 10),
    "open inner strings": lambda n: b'\\"secret\\":\\"' * (n // 13),
    "open brackets": lambda n: b'"secret":[' * (n // 10),
    "brackets": lambda n: b'"secret":[],' * (n // 12),
    "half secrets": lambda n: b"hunter2-hunter\\u" * (n // 16),
    "escaped half secrets": lambda n: rb"\u0068unter2-hunter" * (n // 20),
    "nulls": lambda n: b'"secret":null,' * (n // 14),
}


@pytest.mark.parametrize("nasty", NASTY.values(), ids=NASTY)
def test_time_grows_with_the_length_and_no_faster(nasty: Callable[[int], bytes]) -> None:
    def seconds(body: bytes) -> float:
        started = time.process_time()
        cut_credentials(body, ["hunter2-hunter2", 'a"\\/b"\\\\\\c'])
        return time.process_time() - started

    small, large = nasty(8_000), nasty(64_000)
    seconds(small)
    assert min(seconds(large) for _ in range(3)) < 32 * min(seconds(small) for _ in range(5)) + 0.01
