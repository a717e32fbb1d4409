"""What SF's label needs, handed on as SF sent it (``routeLabelData``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.domain.waybills import IssuedNumber

TEMPLATE = "sf"
_DRAWN_FOR_ONE_NUMBER = ("twoDimensionCode", "checkCode")


def label_data(
    numbers: tuple[IssuedNumber, ...], routes: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """The mother's route data, unchanged; with several numbers also each other number's.

    ``children`` maps every further number (child boxes, return slip) to its own data. SF may send
    route data for the mother only: then a child gets the mother's with its own number, and without
    the QR code, whose check code covers the mother's number. Without route data
    ``destRouteLabel`` is empty: such a label must not be printed.
    """
    mother = dict(routes.get(numbers[0].number, {}))
    if not mother:
        return {"waybillNo": numbers[0].number, "destRouteLabel": ""}
    others = numbers[1:]
    if others:
        mother["children"] = {
            item.number: dict(routes.get(item.number) or _as_child(mother, item.number))
            for item in others
        }
    return mother


def _as_child(mother: Mapping[str, Any], number: str) -> dict[str, Any]:
    blank = dict.fromkeys(_DRAWN_FOR_ONE_NUMBER, "")
    return {k: v for k, v in mother.items() if k != "children"} | blank | {"waybillNo": number}


def has_route(label: Mapping[str, Any]) -> bool:
    return bool(label.get("destRouteLabel"))


def is_vague(label: Mapping[str, Any]) -> bool:
    """True when the route ends at the city: the address could not be resolved to a site."""
    return "-" not in str(label.get("destRouteLabel") or "")
