"""What stands in a parcel's way, as a list shows it: a failed action or a hold, and what helps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.fixes import Fix, fix_for
from app.domain.states import HoldCode
from app.domain.text import Text
from app.services.orders import holding


@dataclass(frozen=True, slots=True)
class Trouble:
    """What stands in a parcel's way: a failed action, or a hold (its code).

    ``found``: nothing has failed yet, a check before the number found it.
    """

    code: str
    message: Text
    remedy: Text
    held: bool = False
    fix: Fix | None = None
    said: str = ""  # the carrier's own words
    their_code: str = ""
    found: bool = False


def of_failure(stored: Mapping[str, str] | None) -> Trouble | None:
    """What ``parcels.failure`` says; ``None`` when the last action went well."""
    if not stored:
        return None
    return Trouble(
        stored["code"],
        Text.from_json(stored["message"]),
        Text.from_json(stored["remedy"]),
        fix=Fix(stored["fix"]) if stored.get("fix") else fix_for(stored["code"]),
        said=stored.get("said", ""),
        their_code=stored.get("their_code", ""),
    )


def of_hold(code: str, reason: str) -> Trouble:
    """What a hold says; ``reason`` is the stored sentence."""
    return Trouble(
        code,
        Text.from_json(reason),
        holding.REMEDIES[HoldCode(code)],
        held=True,
        fix=fix_for(code),
    )
