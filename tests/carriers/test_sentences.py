"""Every sentence of the carriers has its Chinese, with the same places to fill."""

from __future__ import annotations

import string
from pathlib import Path

from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

import app.carriers

_FOLDER = Path(app.carriers.__path__[0])
_FILES = sorted((_FOLDER.parents[1] / "resources" / "translations" / "zh_CN").glob("*.po"))


def _sentences() -> set[str]:
    return {
        message
        for file in _FOLDER.rglob("*.py")
        for _, message, _, _ in extract_from_file("python", str(file), keywords={"T": None})
        if isinstance(message, str)
    }


def _places(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def _chinese() -> dict[str, str]:
    """Every carrier may have a file of its own: they count together."""
    found: dict[str, str] = {}
    for path in _FILES:
        with path.open("rb") as file:
            catalogue = read_po(file, locale="zh_CN")
        found |= {str(m.id): str(m.string) for m in catalogue if m.id and isinstance(m.id, str)}
    return found


def test_every_sentence_is_translated() -> None:
    chinese = _chinese()
    for english in sorted(_sentences()):
        translated = chinese.get(english, "")
        assert translated, english
        assert _places(english) == _places(translated), english


def test_the_shop_floor_is_not_spoken_to_like_a_manual() -> None:
    chinese = _chinese()
    spoken = "".join(chinese.get(english, "") for english in _sentences())
    assert not [word for word in ("系统", "操作", "请您") if word in spoken]
