"""In which line of a TOML file a key stands: what ``tomllib`` does not tell."""

from __future__ import annotations

import re

Path = tuple[str | int, ...]

_PART = r"""[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*'"""
_DOTTED = rf"(?:{_PART})(?:\s*\.\s*(?:{_PART}))*"
_ARRAY_HEADER = re.compile(rf"\s*\[\[\s*({_DOTTED})\s*\]\]")
_HEADER = re.compile(rf"\s*\[\s*({_DOTTED})\s*\]")
_KEY = re.compile(rf"\s*({_DOTTED})\s*=")
_TOKEN = re.compile(r'"""|\'\'\'|"(?:[^"\\]|\\.)*"|\'[^\']*\'|#|[\[\]{}]|\\.')


class Lines:
    """The lines of a valid TOML document. Entries of an array of tables count from 0."""

    def __init__(self, text: str) -> None:
        self._found: dict[Path, int] = {}
        self._arrays: dict[Path, int] = {}
        self._read(text)

    def of(self, *path: str | int) -> int:
        """The line of ``path``, or of the nearest thing around it (a key of an inline table)."""
        for end in range(len(path), 0, -1):
            if path[:end] in self._found:
                return self._found[path[:end]]
        return 1

    def _read(self, text: str) -> None:
        table: Path = ()
        state = _State()
        for number, line in enumerate(text.splitlines(), start=1):
            if state.between_statements:
                if header := _ARRAY_HEADER.match(line):
                    *outer, last = _parts(header[1])
                    array = (*self._resolve(tuple(outer)), last)
                    index = self._arrays.get(array, -1) + 1
                    self._arrays[array] = index
                    table = (*array, index)
                    self._found[table] = number
                elif header := _HEADER.match(line):
                    table = self._resolve(tuple(_parts(header[1])))
                    self._found.setdefault(table, number)
                elif key := _KEY.match(line):
                    self._note((*table, *_parts(key[1])), number)
            state.follow(line)

    def _resolve(self, path: Path) -> Path:
        """``path`` with the index of the latest entry behind every array of tables."""
        resolved: Path = ()
        for part in path:
            resolved = (*resolved, part)
            if resolved in self._arrays:
                resolved = (*resolved, self._arrays[resolved])
        return resolved

    def _note(self, path: Path, number: int) -> None:
        for end in range(1, len(path) + 1):
            self._found.setdefault(path[:end], number)


class _State:
    """Whether a line begins a statement or goes on with a long string or a list."""

    def __init__(self) -> None:
        self._quote = ""
        self._depth = 0

    @property
    def between_statements(self) -> bool:
        return not self._quote and self._depth == 0

    def follow(self, line: str) -> None:
        for token in _TOKEN.finditer(line):
            text = token[0]
            if self._quote:
                if text.endswith(self._quote) and not text.startswith("\\"):
                    self._quote = ""
            elif text in {'"""', "'''"}:
                self._quote = text
            elif text == "#":
                return
            elif text in "[{":
                self._depth += 1
            elif text in "]}":
                self._depth -= 1


def _parts(dotted: str) -> list[str]:
    return [p.strip("\"'") for p in re.findall(_PART, dotted)]
