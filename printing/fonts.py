"""The two cuts of Noto Sans SC every document is set in, with what they can and cannot show.

ReportLab embeds TrueType outlines only, and a glyph that a font lacks prints as nothing or as a
crossed box without a word. So every text is checked against the font's own list first.
"""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.domain.address import clean_text
from app.domain.errors import UserError
from app.domain.text import T

FONT_FOLDER = Path(__file__).resolve().parents[1] / "resources" / "fonts"
REGULAR_FILE = "NotoSansSC-Regular.subset.ttf"
BOLD_FILE = "NotoSansSC-Bold.subset.ttf"
MISSING_GLYPH = "〓"
POINTS_PER_MM = 72 / 25.4


@dataclass(frozen=True, slots=True)
class Face:
    """One font: what it covers and how wide each character is (in em)."""

    font: Any  # reportlab.pdfbase.ttfonts.TTFont, which has no types
    cover: frozenset[str]
    widths_em: Mapping[str, float]

    def width_mm(self, text: str, size_pt: float) -> float:
        """How wide ``text`` prints at ``size_pt``."""
        widths = self.widths_em
        return sum([widths[c] for c in text]) * size_pt / POINTS_PER_MM

    def printable(self, text: str) -> tuple[str, int]:
        """``text`` as this font can print it, and how many characters became ``〓``.

        Control and zero-width characters go, compatibility radicals become the ordinary hanzi.
        """
        if self.cover.issuperset(text):
            return text, 0
        shown = [self._shown(char) for char in clean_text(text)]
        return "".join(c or MISSING_GLYPH for c in shown), sum(not c for c in shown)

    def missing(self, text: str) -> str:
        """The characters of ``text`` that would become ``〓``, each once."""
        lacking = [char for char in clean_text(text) if not self._shown(char)]
        return "".join(dict.fromkeys(lacking))

    def _shown(self, char: str) -> str:
        if char in self.cover:
            return char
        ordinary = unicodedata.normalize("NFKC", char)
        return ordinary if self.cover.issuperset(ordinary) else ""


@dataclass(frozen=True, slots=True)
class Fonts:
    regular: Face
    bold: Face


@lru_cache(maxsize=4)
def load_fonts(folder: Path = FONT_FOLDER) -> Fonts:
    """Both faces, read once per folder (0.1 s).

    Raises:
        UserError: ``fonts_missing``, the files are not there or cannot be read.
    """
    return Fonts(regular=_load(folder, REGULAR_FILE), bold=_load(folder, BOLD_FILE))


def _load(folder: Path, file_name: str) -> Face:
    from reportlab.pdfbase.ttfonts import TTFError

    from printing.pdf_font import SearchableFont

    try:
        font = SearchableFont(file_name.partition(".")[0], str(folder / file_name))
    except (OSError, TTFError, struct.error, LookupError, ValueError) as error:
        raise UserError(
            "fonts_missing",
            T("The font {file} cannot be read.", file=file_name),
            T("Install Packbench again."),
        ) from error
    widths = {chr(code): width / 1000 for code, width in font.face.charWidths.items()}
    return Face(
        font=font,
        cover=frozenset(map(chr, font.face.charToGlyph)),
        widths_em=_Widths(widths, font.face.defaultWidth / 1000),
    )


class _Widths(dict[str, float]):
    """Widths by character; one that the font does not list has the default width."""

    def __init__(self, widths: Mapping[str, float], default_em: float) -> None:
        super().__init__(widths)
        self._default_em = default_em

    def __missing__(self, char: str) -> float:
        return self._default_em
