"""The picture of the demo shows the demo as it is, and loads nothing from elsewhere."""

import re
from html import unescape
from xml.etree import ElementTree as ET

from docs.picture import PICTURE, drawn
from fillgate.cli.demo_alerts import ALERTS


def words_of(picture: str) -> str:
    """Return the lines of a picture, one below the other."""
    rows: dict[float, list[tuple[float, str]]] = {}
    for element in ET.fromstring(picture).iter("{http://www.w3.org/2000/svg}text"):
        row = rows.setdefault(float(element.get("y", 0)), [])
        row.append((float(element.get("x", 0)), unescape(element.text or "")))
    lines = ("".join(text for _, text in sorted(rows[y])) for y in sorted(rows))
    return "\n".join(lines).replace("\N{NO-BREAK SPACE}", " ")


def test_it_shows_each_alert_and_its_ending() -> None:
    shown = words_of(PICTURE.read_text(encoding="utf-8"))
    for number, alert in enumerate(ALERTS, start=1):
        assert re.search(
            rf"^ ?{number} {re.escape(alert.words)} +{alert.ending}\b", shown, re.MULTILINE
        )
    assert f"{len(ALERTS)} of {len(ALERTS)} alerts ended as they should" in shown


def test_it_loads_nothing_from_elsewhere() -> None:
    for picture in (PICTURE.read_text(encoding="utf-8"), drawn("\x1b[32m✓\x1b[0m fine", "a run")):
        assert "</svg>" in picture
        assert not re.findall(r"url\((?!#)|@import|@font-face|href|src\b|<image", picture)


def test_what_a_terminal_shows_is_drawn() -> None:
    assert "✓ fine & <well>" in words_of(drawn("\x1b[32m✓\x1b[0m fine & <well>", "a run"))
