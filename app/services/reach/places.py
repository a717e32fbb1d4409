"""A place in the columns of the table of regions, and back."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any, cast

from sqlalchemy import ColumnElement, String, and_

from app.domain.regions import Place
from app.store.tables import reach_regions

_LENGTHS = {
    level.name: cast("String", reach_regions.c[level.name].type).length for level in fields(Place)
}


def fitting(where: Place) -> Place:
    """The place, each name cut to what its column holds: people and carriers write any length."""
    return Place(**{level: name[: _LENGTHS[level]] for level, name in asdict(where).items()})


def columns(where: Place) -> dict[str, str]:
    """What stands in the columns for this place."""
    return asdict(fitting(where))


def is_at(where: Place) -> ColumnElement[bool]:
    """Lines of exactly this place."""
    return and_(*(reach_regions.c[level] == name for level, name in columns(where).items()))


def place_in(row: Any) -> Place:
    """The place of a stored line."""
    return Place(row.province, row.city, row.district, row.street)
