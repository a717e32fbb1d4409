"""Why a figure was corrected: a few codes, and what a person wrote beside them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from app.domain.text import T, Text

LONGEST = 256


class StockReason(StrEnum):
    """What is stored in the ledger's ``reason``; anything else there is free text."""

    BROKEN = "broken"
    EXPIRED = "expired"
    LOST = "lost"
    FOUND = "found"
    MISCOUNT = "miscount"
    SAMPLE = "sample"
    OWN_USE = "own_use"
    SUPPLIER = "supplier"
    OTHER = "other"


REASON_WORDS: Mapping[StockReason, Text] = {
    StockReason.BROKEN: T("broken"),
    StockReason.EXPIRED: T("expired"),
    StockReason.LOST: T("lost"),
    StockReason.FOUND: T("found"),
    StockReason.MISCOUNT: T("counted wrong before"),
    StockReason.SAMPLE: T("given as a sample"),
    StockReason.OWN_USE: T("used by ourselves"),
    StockReason.SUPPLIER: T("back to the supplier"),
    StockReason.OTHER: T("another reason"),
}


def joined(reason: str, note: str = "") -> str:
    """What is stored: the code or words, and after a colon what was written beside it."""
    parts = [p for p in (reason.strip(), note.strip()) if p]
    return ": ".join(parts)[:LONGEST]


def said(stored: str) -> str:
    """A stored reason as people read it."""
    code, colon, note = stored.partition(": ")
    word = REASON_WORDS.get(StockReason(code)) if code in set(StockReason) else None
    return f"{word}{colon}{note}" if word is not None else stored
