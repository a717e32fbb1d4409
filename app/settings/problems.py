"""What is wrong with a configuration file: every problem, each with its line and a remedy."""

from __future__ import annotations

import difflib
from collections.abc import Collection

from app.domain.errors import SeveralError, UserError
from app.domain.text import T, Text


class ConfigError(SeveralError):
    """The file cannot be applied. ``problems`` holds everything found, in the file's order."""


class Problems:
    """Collects what is wrong while the file is read."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._found: list[tuple[int, UserError]] = []

    @property
    def count(self) -> int:
        return len(self._found)

    def add(self, line: int, message: Text, remedy: Text, code: str = "config_value") -> None:
        where = T("Line {line}: {problem}", line=line, problem=message)
        self._found.append((line, UserError(code, where, remedy, ref=f"{self._file}:{line}")))

    def unknown_key(self, line: int, table: str | Text, key: str, known: Collection[str]) -> None:
        near = nearest(key, known)
        self.add(
            line,
            T("unknown key “{key}” in {table}.", key=key, table=table),
            T("Did you mean “{near}”?", near=near) if near else T("Delete this line."),
            "config_unknown_key",
        )

    def raise_any(self) -> None:
        """Raises ``ConfigError`` when something was found."""
        if self._found:
            raise ConfigError([e for _, e in sorted(self._found, key=lambda f: f[0])])


def nearest(word: str, known: Collection[str]) -> str:
    """The known word most like ``word``; only an empty ``known`` has none."""
    candidates = sorted(known)
    found = difflib.get_close_matches(word.lower(), candidates, n=1, cutoff=0.0)
    return found[0] if found else ""
