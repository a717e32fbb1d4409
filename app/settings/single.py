"""One section that comes from a form and not from a file: the same rules, without line numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from typing_extensions import override

from app.domain.errors import UserError
from app.domain.text import Text
from app.ports import PrinterConfig
from app.settings.lines import Lines
from app.settings.parts import read_printer
from app.settings.problems import Problems
from app.settings.reading import Table

_NAMED = frozenset(
    {
        "name",
        "language",
        "address",
        "dots_per_mm",
        "media",
        "documents",
        "fallback",
        "bench",
        "options",
    }
)


class _Plain(Problems):
    """What is wrong, without the line of a file that there is not."""

    def __init__(self) -> None:
        super().__init__("")
        self.found: list[UserError] = []

    @override
    def add(self, line: int, message: Text, remedy: Text, code: str = "config_value") -> None:
        self.found.append(UserError(code, message, remedy))


def checked_printer(name: str, settings: Mapping[str, Any]) -> PrinterConfig:
    """The printer of these stored settings. What its options may say is its maker's business.

    Raises ``UserError``: the first thing that a configuration file may not say either.
    """
    problems = _Plain()
    values = {**settings, "name": name}
    table = Table(values, (), Lines(""), problems, "[[printer]]")
    found = read_printer(table, set(values) - _NAMED)
    if problems.found:
        raise problems.found[0]
    return found
