"""What stands in a parcel's way, as a list shows it: a failed action or a hold, and what helps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.checks import Finding, Weight
from app.domain.fixes import Fix, fix_for
from app.domain.states import HoldCode
from app.domain.text import Text
from app.services.numbers.prechecks import CheckRow
from app.services.orders import holding


@dataclass(frozen=True, slots=True)
class Trouble:
    """What stands in a parcel's way: a failed action, or a hold (its code).

    ``doubtful``: a check before the number found it, and it may go well all the same.
    """

    code: str
    message: Text
    remedy: Text
    held: bool = False
    fix: Fix | None = None
    said: str = ""  # the carrier's own words
    their_code: str = ""
    doubtful: bool = False


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


def of_check(row: CheckRow) -> Trouble | None:
    """What a check before the number found; ``None`` when nothing needs a person."""
    if row.result not in {"refused", "doubtful"} or row.message is None or row.remedy is None:
        return None
    return Trouble(
        row.code,
        row.message,
        row.remedy,
        fix=row.fix,
        said=row.said,
        doubtful=row.result == "doubtful",
    )


def of_finding(found: Finding) -> Trouble:
    """One thing that a check before the number found."""
    return Trouble(
        found.code,
        found.message,
        found.remedy,
        fix=found.fix,
        said=found.said,
        their_code=found.their_code,
        doubtful=found.weight is not Weight.REFUSED,
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
