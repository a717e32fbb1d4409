"""Codes that a scanner put into a file, or a person typed, as what was counted in which bin."""

from __future__ import annotations

import re
from collections.abc import Iterable

from app.domain.bins import read_bin
from app.domain.errors import UserError
from app.domain.text import T
from app.services.stock.papers.counts import Counted

_TIMES = re.compile(r"(?P<code>.*\S)\s*[*×\t=,]\s*(?P<pieces>\d{1,9})")


def read_scans(codes: Iterable[str], bin_name: str = "") -> dict[str, list[Counted]]:
    """What each bin holds: a code is one piece, ``CODE*12`` twelve of them, ``SKU@BATCH`` a batch.

    The label of a bin says where what follows lies; before the first one it is ``bin_name``. A bin
    whose label was scanned and nothing after it is there too: it is empty.
    """
    found: dict[str, list[Counted]] = {}
    for code in (c.strip().lstrip("\ufeff") for c in codes):
        if not code:
            continue
        place = read_bin(code)
        if place is not None:
            bin_name = place
            found.setdefault(bin_name, [])
            continue
        times = _TIMES.fullmatch(code)
        found.setdefault(bin_name, []).append(
            counted(times["code"], int(times["pieces"])) if times else counted(code, 1)
        )
    return found


def counted(code: str, pieces: int) -> Counted:
    """``SKU`` or ``SKU@BATCH``."""
    sku, _, batch = code.partition("@")
    return Counted(sku.strip(), pieces, batch.strip())


def read_typed(texts: Iterable[str]) -> list[Counted]:
    """``SKU=QTY`` or ``SKU@BATCH=QTY``. Raises ``UserError`` (``usage``)."""
    found = []
    for text in texts:
        code, _, pieces = text.rpartition("=")
        if not code.strip() or not re.fullmatch(r"-?\d{1,9}", pieces.strip()):
            raise UserError(
                "usage",
                T("“{value}” is not understood.", value=text),
                T("Write the item and how many, like {example}.", example="TEA-1=20"),
            )
        found.append(counted(code, int(pieces)))
    return found
