"""What one row of a stock file says, read and checked; nothing is looked up or written here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.domain.bins import clean_bin
from app.domain.errors import UserError
from app.domain.states import SkuKind
from app.domain.text import T, Text

MOST = 100_000_000
LENGTHS: Mapping[str, int] = {
    "sku": 64,
    "name": 256,
    "spec": 256,
    "short_name": 64,
    "product": 256,
    "bin": 64,  # what is cleaned of it is shorter
    "batch": 64,
    "picture": 256,
    "note": 256,
}
LONGEST_BARCODE = 64
_NUMBERS: Mapping[str, str] = {  # the file's column: ours
    "weight_g": "weight_g",
    "length_mm": "length_mm",
    "width_mm": "width_mm",
    "height_mm": "height_mm",
    "safety": "safety_quantity",
    "lead_days": "lead_days",
    "pack_quantity": "pack_quantity",
    "keep_days": "keep_days",
}
_LEAST: Mapping[str, int] = {"pack_quantity": 1}
_FLAGS: Mapping[str, str] = {
    "batch_tracked": "batch_tracked",
    "serial_tracked": "serial_tracked",
    "active": "active",
}
_TEXTS = ("short_name", "picture", "note")
_YES = frozenset({"1", "yes", "y", "true", "是", "√", "在用"})
_NO = frozenset({"0", "no", "n", "false", "否", "×", "停用"})
_KINDS: Mapping[str, SkuKind] = {
    "good": SkuKind.GOOD,
    "货品": SkuKind.GOOD,
    "商品": SkuKind.GOOD,
    "packing": SkuKind.PACKING,
    "包材": SkuKind.PACKING,
    "包装材料": SkuKind.PACKING,
    "耗材": SkuKind.PACKING,
    "bundle": SkuKind.BUNDLE,
    "组合装": SkuKind.BUNDLE,
}
_WHOLE = re.compile(r"-?\d{1,9}(\.0*)?")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]00:00(?::00)?)?")


class BadValueError(Exception):
    """A cell that cannot be what its column is for; ``reason`` is for people."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.msgid)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Said:
    """A row of the file. ``values`` are columns of the SKU that the row speaks of."""

    line: int
    sku: str
    quantity: int | None  # None: the stock stays as it is
    bin: str = ""
    batch: str = ""
    expires_on: str = ""
    product: str = ""
    barcodes: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def spot(self) -> tuple[str, str]:
        return self.bin, self.batch


def read(line: int, row: Mapping[str, str]) -> Said:
    """The row in our words. Raises ``BadValueError``."""
    texts = {name: row.get(name, "").strip() for name in LENGTHS}
    if not texts["sku"]:
        raise BadValueError(T("Line {line} has no item code.", line=line))
    for name, most in LENGTHS.items():
        if len(texts[name]) > most:
            raise _bad(line, name, T("longer than {n} characters", n=most))
    try:
        texts["bin"] = clean_bin(texts["bin"])
    except UserError as error:
        raise BadValueError(T("Line {line}: {reason}", line=line, reason=error.message)) from error
    values: dict[str, Any] = {}
    if texts["name"]:
        values["name"] = texts["name"]
    if "spec" in row:
        values["spec"] = texts["spec"]
    values |= {name: texts[name] for name in _TEXTS if texts[name]}
    for name, column in _NUMBERS.items():
        number = _number(line, row, name, _LEAST.get(name, 0))
        if number is not None and (number or name != "weight_g"):
            values[column] = number
    for name, column in _FLAGS.items():
        said = row.get(name, "").strip().lower()
        if said:
            if said not in _YES | _NO:
                raise _bad(line, name, T("neither yes nor no"))
            values[column] = said in _YES
    kind = row.get("kind", "").strip().lower()
    if kind:
        if kind not in _KINDS:
            raise _bad(line, "kind", T("neither good nor packing"))
        values["kind"] = _KINDS[kind].value
    expires = _day(line, row.get("expires", "").strip())
    if expires and not texts["batch"]:
        raise _bad(line, "expires", T("a date without a batch"))
    return Said(
        line,
        texts["sku"],
        _number(line, row, "quantity", 0),
        texts["bin"],
        texts["batch"],
        expires,
        texts["product"],
        _barcodes(line, row),
        values,
    )


def whole(text: str) -> int | None:
    """A whole number as people and Excel write it; ``None`` when it is none."""
    plain = text.replace(",", "").strip()
    return int(float(plain)) if _WHOLE.fullmatch(plain) else None


def _number(line: int, row: Mapping[str, str], name: str, least: int) -> int | None:
    said = row.get(name, "").strip()
    if not said:
        return None
    number = whole(said)
    if number is None or not least <= number <= MOST:
        raise _bad(line, name, T("no whole number from {least}", least=least))
    return number


def _day(line: int, said: str) -> str:
    if not said:
        return ""
    found = _DAY.fullmatch(said)
    try:
        if found is not None:
            return date(*(int(part) for part in found.groups())).isoformat()
    except ValueError:
        pass
    raise _bad(line, "expires", T("no date like 2027-03-31"))


def _barcodes(line: int, row: Mapping[str, str]) -> tuple[str, ...]:
    said = [row.get("barcode", ""), *row.get("barcodes", "").split("|")]
    codes = tuple(dict.fromkeys(code.strip() for code in said if code.strip()))
    if any(len(code) > LONGEST_BARCODE for code in codes):
        raise _bad(line, "barcode", T("longer than {n} characters", n=LONGEST_BARCODE))
    return codes


def _bad(line: int, column: str, reason: Text) -> BadValueError:
    return BadValueError(
        T("Line {line}, {column}: {reason}.", line=line, column=column, reason=reason)
    )
