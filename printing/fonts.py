"""The two cuts of Noto Sans SC every document is set in, with what they can and cannot show.

ReportLab embeds TrueType outlines only, and a glyph that a font lacks prints as nothing or as a
crossed box without a word. So every text is checked against the font's own list first; what the
pair lacks is looked for in further fonts (``fallback_fonts``), and is else shown as ``〓``.
"""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.domain.address import clean_text
from app.domain.errors import UserError
from app.domain.text import T
from printing.fallback_fonts import Fallbacks

FONT_FOLDER = Path(__file__).resolve().parents[1] / "resources" / "fonts"
REGULAR_FILE = "NotoSansSC-Regular.subset.ttf"
BOLD_FILE = "NotoSansSC-Bold.subset.ttf"
MISSING_GLYPH = "〓"
POINTS_PER_MM = 72 / 25.4
_BLANKS = frozenset("\t\r\n\u00a0\u3000\u2028\u2029")
# What goes without a word: emoji, and the marks that only join or colour them.
_EMOJI = (
    (0x2600, 0x27BF), (0x2B00, 0x2BFF), (0x1F000, 0x1FAFF), (0xFE00, 0xFE0F), (0xE0000, 0xE01EF),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Printable:
    """A text as a font can print it; ``missing``: what became ``〓``, as often as it did.

    ``dropped``: how many emoji went.
    """

    text: str
    missing: str = ""
    dropped: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """One font: what it covers as it is, and how wide each character is (in em).

    ``cover`` leaves out what is never drawn as it is: full-width Latin letters, odd blanks.
    """

    font: Any  # reportlab.pdfbase.ttfonts.TTFont, which has no types
    cover: frozenset[str]
    widths_em: Mapping[str, float]
    others: Fallbacks | None = None
    _known: dict[str, str | None] = field(default_factory=dict)

    def width_mm(self, text: str, size_pt: float) -> float:
        """How wide ``text`` prints at ``size_pt``."""
        widths = self.widths_em
        return sum([widths[c] for c in text]) * size_pt / POINTS_PER_MM

    def printable(self, text: str) -> Printable:
        """``text`` as this font and those behind it can print it.

        Control and zero-width characters and emoji go, full-width letters become ordinary ones,
        compatibility radicals the ordinary hanzi; what no font has becomes ``〓``.
        """
        if self.cover.issuperset(text):
            return Printable(text)
        out: list[str] = []
        missing: list[str] = []
        dropped = 0
        for char in unicodedata.normalize("NFC", text):
            shown = char if char in self.cover else self._shown(char)
            if shown is None:
                missing.append(char)
                shown = MISSING_GLYPH
            elif not shown and _is_emoji(char):
                dropped += char >= "\U00010000" or unicodedata.category(char) == "So"
            out.append(shown)
        return Printable("".join(out), "".join(missing), dropped)

    def missing(self, text: str) -> str:
        """The characters of ``text`` that would become ``〓``, each once."""
        return "".join(dict.fromkeys(self.printable(text).missing))

    def covering(self, char: str) -> Face | None:
        """The face behind this one that draws ``char``."""
        return self.others.covering(char) if self.others else None

    def _shown(self, char: str) -> str | None:
        """What stands for ``char``; ``None``: nothing does."""
        if char not in self._known:
            if len(self._known) > 4096:
                self._known.clear()
            self._known[char] = self._look_up(char)
        return self._known[char]

    def _look_up(self, char: str) -> str | None:
        if char in _BLANKS:
            return " "
        if unicodedata.category(char) in {"Cc", "Cf", "Cs"}:
            return ""
        for ordinary in (clean_text(char), unicodedata.normalize("NFKC", char)):
            if ordinary and self.cover.issuperset(ordinary):
                return ordinary
        if self.covering(char) is not None:
            return char
        return "" if _is_emoji(char) else None


def _is_emoji(char: str) -> bool:
    return any(first <= ord(char) <= last for first, last in _EMOJI)


@dataclass(frozen=True, slots=True)
class Fonts:
    regular: Face
    bold: Face


@lru_cache(maxsize=4)
def load_fonts(folder: Path = FONT_FOLDER, own_folder: Path | None = None) -> Fonts:
    """Both faces, read once per folder (0.1 s).

    ``own_folder``: further TrueType fonts for rare characters (default: those that this person has
    installed).

    Raises:
        UserError: ``fonts_missing``, the files are not there or cannot be read.
    """
    others = Fallbacks(own_folder)
    pair = [_load(folder, name, others) for name in (REGULAR_FILE, BOLD_FILE)]
    others.begin_with(pair)
    return Fonts(*pair)


def _load(folder: Path, file_name: str, others: Fallbacks) -> Face:
    from reportlab.pdfbase.ttfonts import TTFError

    try:
        return read_face(folder / file_name, file_name.partition(".")[0], others)
    except (OSError, TTFError, struct.error, LookupError, ValueError) as error:
        raise UserError(
            "fonts_missing",
            T("The font {file} cannot be read.", file=file_name),
            T("Install Packbench again."),
        ) from error


def read_face(path: Path, name: str, others: Fallbacks | None, subfont: int = 0) -> Face:
    """The font in ``path``. Raises what ReportLab raises when it is no TrueType font."""
    from printing.pdf_font import SearchableFont

    font = SearchableFont(name, str(path), subfontIndex=subfont)
    widths = {chr(code): width / 1000 for code, width in font.face.charWidths.items()}
    cover = frozenset(map(chr, font.face.charToGlyph))
    return Face(
        font=font,
        cover=cover - _NEVER_AS_IT_IS,
        widths_em=_Widths(widths, font.face.defaultWidth / 1000, others),
        others=others,
    )


_NEVER_AS_IT_IS = _BLANKS | frozenset(
    char for char in map(chr, range(0xFF01, 0xFF5F)) if clean_text(char) != char
)


class _Widths(dict[str, float]):
    """Widths by character; what the font does not list is as wide as in the font that draws it."""

    def __init__(
        self, widths: Mapping[str, float], default_em: float, others: Fallbacks | None
    ) -> None:
        super().__init__(widths)
        self._default_em = default_em
        self._others = others

    def __missing__(self, char: str) -> float:
        face = self._others.covering(char) if self._others else None
        return face.widths_em[char] if face else self._default_em
