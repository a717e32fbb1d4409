"""Reading one table of a configuration file: every key asked for by name and type."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from app.domain.text import T, Text
from app.settings.lines import Lines, Path
from app.settings.problems import Problems, nearest


class Table:
    """One table. A wrong value is noted and read as its default, so that reading goes on."""

    def __init__(
        self, values: object, path: Path, lines: Lines, problems: Problems, title: str
    ) -> None:
        self.title = title
        self.problems = problems
        self._path = path
        self._lines = lines
        self._asked: set[str] = set()
        self.values: Mapping[str, Any] = values if isinstance(values, Mapping) else {}
        self._is_table = isinstance(values, Mapping)
        if not self._is_table:  # said once; its missing keys are not worth a word
            problems.add(
                self.line(),
                T("{table} must be a table.", table=title),
                T("Write {table} on a line of its own and its keys below.", table=title),
            )

    def line(self, key: str = "") -> int:
        return self._lines.of(*self._path, key) if key else self._lines.of(*self._path)

    def wrong(self, key: str, message: Text, remedy: Text) -> None:
        if self._is_table:
            self.problems.add(self.line(key), message, remedy)

    def inner(self, key: str) -> Table:
        """The table that is the value of ``key``; an empty one where the key is not there."""
        self._asked.add(key)
        title = f"{self.title}.{key}"
        path = (*self._path, key)
        return Table(self.values.get(key, {}), path, self._lines, self.problems, title)

    def inners(self, key: str) -> list[Table]:
        """The tables in the list that is the value of ``key``."""
        value = self._take(key)
        if value is None:
            return []
        if not isinstance(value, list):
            self._wrong_type(key, T("a list of tables"))
            return []
        title = f"{self.title}.{key}"
        return [
            Table(entry, (*self._path, key, n), self._lines, self.problems, title)
            for n, entry in enumerate(value)
        ]

    def text(self, key: str, default: str = "", *, required: bool = False) -> str:
        value = self._take(key, required=required)
        if value is None:
            return default
        if not isinstance(value, str):
            self._wrong_type(key, T("a text in quotation marks"))
            return default
        if required and not value.strip():
            self._missing(key)
        return value.strip()

    def choice(
        self, key: str, known: Collection[str], default: str = "", *, required: bool = False
    ) -> str:
        value = self.text(key, default, required=required)
        if value and value not in known and isinstance(self.values.get(key), str):
            self.wrong(
                key,
                T(
                    "“{value}” is no {key} that {table} knows.",
                    value=value,
                    key=key,
                    table=self.title,
                ),
                T(
                    "Did you mean “{near}”? Known are: {known}.",
                    near=nearest(value, known),
                    known=", ".join(known),
                ),
            )
            return default
        return value

    def number(self, key: str, default: float, low: float, high: float) -> float:
        value = self._take(key)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | float):
            self._wrong_type(key, T("a number"))
            return default
        if not low <= value <= high:
            self.wrong(
                key,
                T("{key} is out of range.", key=key),
                T("Give a number from {low} to {high}.", low=f"{low:g}", high=f"{high:g}"),
            )
            return default
        return float(value)

    def whole(self, key: str) -> int:
        """A whole number of 0 or more; 0 where the key is not there."""
        value = self._take(key)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
        if value is not None:
            self._wrong_type(key, T("a whole number of 0 or more"))
        return 0

    def flag(self, key: str) -> bool:
        """True or false; false where the key is not there."""
        value = self._take(key)
        if value is not None and not isinstance(value, bool):
            self._wrong_type(key, T("true or false, without quotation marks"))
            return False
        return bool(value)

    def texts(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """A list of texts; one text alone counts as a list of one."""
        value = self._take(key)
        if value is None:
            return default
        values = [value] if isinstance(value, str) else value
        if not isinstance(values, list) or not all(
            isinstance(v, str) and v.strip() for v in values
        ):
            self._wrong_type(key, T("a text or a list of texts"))
            return default
        if not values:
            self._wrong_type(key, T("a list with at least one text"))
        return tuple(v.strip() for v in values)

    def checked(self, key: str, value: str, good: Callable[[str], bool], remedy: Text) -> str:
        """``value`` of ``key``; noted when it is there and not ``good``."""
        if value and not good(value):
            self.wrong(key, T("{key} cannot be used.", key=key), remedy)
        return value

    def has(self, key: str) -> bool:
        self._asked.add(key)
        return key in self.values

    def finish(self, also_known: Collection[str] = ()) -> None:
        """Note every key that nobody asked for."""
        known = self._asked | set(also_known)
        for key in self.values:
            if key not in known:
                self.problems.unknown_key(self.line(key), self.title, key, known)

    def _take(self, key: str, *, required: bool = False) -> Any:
        self._asked.add(key)
        if key not in self.values and required:
            self._missing(key)
        return self.values.get(key)

    def _missing(self, key: str) -> None:
        self.wrong(
            key,
            T("{table} has no {key}.", table=self.title, key=key),
            T("Add a line “{key} = …” to it.", key=key),
        )

    def _wrong_type(self, key: str, wanted: Text) -> None:
        self.wrong(
            key, T("{key} cannot be used.", key=key), T("It must be {wanted}.", wanted=wanted)
        )
