"""Names of regions in a configuration file: a province nobody knows is a line without effect."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.regions import is_province
from app.domain.text import T
from app.settings.reading import Table


def check_provinces(table: Table, key: str, names: Sequence[str]) -> None:
    """Note every name under ``key`` that is no province."""
    for name in names:
        if name and not is_province(name):
            table.wrong(
                key,
                T("“{name}” is no province.", name=name),
                T("Write it like {example}.", example="西藏自治区"),
            )
