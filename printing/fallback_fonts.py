"""Further fonts for what the pair lacks: each other, those a person has installed, the system's."""

from __future__ import annotations

import struct
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from printing.fonts import Face

# Fonts with TrueType outlines that have rare hanzi, the most complete first, by their file names.
_KNOWN = (
    "HanaMinA.ttf", "HanaMinB.ttf", "BabelStoneHan.ttf", "LXGWWenKai-Bold.ttf",
    "LXGWWenKai-Regular.ttf", "simsunb.ttf", "simsun.ttc", "msyh.ttc", "mingliub.ttc",
    "Songti.ttc", "STHeiti Medium.ttc", "wqy-zenhei.ttc", "wqy-microhei.ttc",
    "DroidSansFallbackFull.ttf",
)  # fmt: skip
_FOLDERS = {
    "win32": ("C:/Windows/Fonts",),
    "darwin": ("/Library/Fonts", "/System/Library/Fonts", "/System/Library/Fonts/Supplemental"),
}
_ELSEWHERE = ("/usr/share/fonts", "/usr/local/share/fonts")
# Where a person's own fonts are installed: any of them may have the character.
_OWN = {"win32": "AppData/Local/Microsoft/Windows/Fonts", "darwin": "Library/Fonts"}
_OWN_ELSEWHERE = ".local/share/fonts"
_MOST_BYTES = 80_000_000
_MOST_OWN = 8


class Fallbacks:
    """Fonts that are read one by one, and only when a character asks for one. Any thread.

    Two files with one PostScript name are never both used: ReportLab would take the first for both.
    """

    def __init__(
        self, own_folder: Path | None = None, system: Iterable[Path] | None = None
    ) -> None:
        self._own_folder = own_folder if own_folder is not None else _own_folder()
        self._system = system
        self._lock = threading.Lock()
        self._faces: list[Face] = []
        self._names: set[str] = set()
        self._waiting: Iterator[Path] | None = None
        self._found: dict[str, Face | None] = {}

    def begin_with(self, faces: Iterable[Face]) -> None:
        """The pair: each stands in for the other first."""
        for face in faces:
            self._faces.append(face)
            self._names.add(_post_script_name(face))

    def covering(self, char: str) -> Face | None:
        """The first font that has ``char``."""
        if char in self._found:
            return self._found[char]
        with self._lock:
            face = next((f for f in self._faces if char in f.cover), None)
            if face is None and len(char) == 1 and char >= "\u2e80" and not _is_private(char):
                face = self._read_until(char)
            self._found[char] = face
        return face

    def _read_until(self, char: str) -> Face | None:
        if self._waiting is None:
            self._waiting = self._files()
        for path in self._waiting:
            face = self._read(path)
            if face is not None and char in face.cover:
                return face
        return None

    def _files(self) -> Iterator[Path]:
        if self._own_folder.is_dir():
            own = [p for p in sorted(self._own_folder.iterdir()) if _is_font(p)]
            yield from own[:_MOST_OWN]
        yield from self._system if self._system is not None else _system_files()

    def _read(self, path: Path) -> Face | None:
        from reportlab.pdfbase.ttfonts import TTFError

        from printing.fonts import read_face

        try:
            if not 0 < path.stat().st_size <= _MOST_BYTES:
                return None
            face = read_face(path, f"fallback-{len(self._faces)}", None)
        except (OSError, TTFError, struct.error, LookupError, ValueError):
            return None  # no TrueType outlines, or no font at all
        name = _post_script_name(face)
        if name in self._names:
            return None
        self._names.add(name)
        self._faces.append(face)
        return face


def _own_folder() -> Path:
    return Path.home() / _OWN.get(sys.platform, _OWN_ELSEWHERE)


def _post_script_name(face: Face) -> str:
    name = face.font.face.name
    return name.decode("latin-1") if isinstance(name, bytes) else str(name)


def _is_font(path: Path) -> bool:
    return path.suffix.lower() in {".ttf", ".ttc"} and path.is_file()


def _is_private(char: str) -> bool:
    return "\ue000" <= char <= "\uf8ff" or "\U0001f000" <= char <= "\U0001faff"


def _system_files() -> Iterator[Path]:
    """The known fonts in the system's folders, two levels deep."""
    for folder in _FOLDERS.get(sys.platform, _ELSEWHERE):
        root = Path(folder)
        if not root.is_dir():
            continue
        found = {p.name: p for depth in ("*", "*/*", "*/*/*") for p in root.glob(depth)}
        for name in _KNOWN:
            if name in found:
                yield found[name]
