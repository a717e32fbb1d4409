"""Which column of a carrier's statement is which: recognised by heading, and remembered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from itertools import islice
from pathlib import Path

from app.domain.errors import UserError
from app.domain.freight import BillLine
from app.domain.text import T
from app.spreadsheets import read_cells

# Headings that carriers and their sites write, the surest first: a sum goes before its parts.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "number": (
        "运单号",
        "运单号码",
        "运单编号",
        "快递单号",
        "物流单号",
        "面单号",
        "面单号码",
        "母单号",
        "邮件号",
        "运单",
        "单号",
        "waybill",
        "waybillno",
        "trackingnumber",
        "mailno",
        "billcode",
    ),
    "fee": (
        "应付金额",
        "应收金额",
        "结算金额",
        "账单金额",
        "折后金额",
        "实收金额",
        "费用合计",
        "合计费用",
        "总费用",
        "总金额",
        "总运费",
        "合计金额",
        "合计",
        "应付运费",
        "应收运费",
        "结算运费",
        "快递费",
        "运费",
        "金额",
        "费用",
        "价格",
        "amount",
        "fee",
        "freight",
    ),
    "weight": (
        "计费重量",
        "结算重量",
        "收费重量",
        "计重",
        "计费重",
        "结算重",
        "称重",
        "称重重量",
        "实际重量",
        "重量",
        "weight",
        "chargeableweight",
    ),
    "day": (
        "寄件日期",
        "寄件时间",
        "发件日期",
        "发件时间",
        "发货日期",
        "发货时间",
        "揽收日期",
        "揽收时间",
        "收寄日期",
        "收件日期",
        "收件时间",
        "扫描时间",
        "业务日期",
        "业务时间",
        "结算日期",
        "账单日期",
        "日期",
        "时间",
        "date",
    ),
    "kind": ("费用类型", "费用名称", "收费项目", "费用项目", "业务类型", "计费类型", "类型"),
}
REQUIRED = ("number", "fee")
_UNIT = re.compile(r"[（(\[【].*?[)）\]】]|/?(?:kg|公斤|千克|g|克|元|分)$", re.IGNORECASE)
_GRAMS = re.compile(r"(?:^|[^千kK])(?:克|[gG])[)）\]】]?$")
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})|^(\d{4})(\d{2})(\d{2})$")
_NUMBER = re.compile(r"[A-Za-z0-9-]{8,40}")
_HEADING_WITHIN = 20  # rows of titles and addresses above the headings


@dataclass(frozen=True, slots=True)
class Sheet:
    """A statement ready to be read: where each of our columns is, and how it counts."""

    headings: Mapping[str, str]  # our column: the heading as the file writes it
    lines: Iterator[BillLine]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file says of itself before it is understood: its headings, and those recognised."""

    headings: tuple[str, ...]
    found: Mapping[str, str]  # our column: the file's heading


def preview(file: Path, remembered: Mapping[str, str] | None = None) -> Preview:
    """The headings of a statement. Raises ``UserError`` (``import_file``)."""
    top = list(islice(read_cells(file), _HEADING_WITHIN))
    row = max(top, key=lambda row: sum(bool(c) for c in row), default=[])
    places = _places(row, remembered or {})
    found = {name: row[n] for name, n in places.items()}
    return Preview(tuple(dict.fromkeys(h for h in row if h)), found)


def read_statement(file: Path, remembered: Mapping[str, str]) -> Sheet:
    """The lines of a statement. ``remembered``: our column and the heading a person named once.

    Rows without a number (sums, notes) are left out. Raises ``UserError``: ``import_file``,
    ``freight_columns`` (names what is missing and the headings there are), ``freight_amount``.
    """
    rows = enumerate(read_cells(file), start=1)
    top = list(islice(rows, _HEADING_WITHIN))
    best: dict[str, int] = {}
    for at, (_line, row) in enumerate(top):
        places = _places(row, remembered)
        if all(name in places for name in REQUIRED):
            headings = {name: row[n] for name, n in places.items()}
            return Sheet(headings, _lines(file, [*top[at + 1 :]], rows, row, places))
        best = max(best, places, key=len)
    raise _not_found(file, [row for _, row in top], best)


def _lines(
    file: Path,
    first: Sequence[tuple[int, list[str]]],
    rest: Iterable[tuple[int, list[str]]],
    headings: Sequence[str],
    places: Mapping[str, int],
) -> Iterator[BillLine]:
    def cell(row: Sequence[str], name: str) -> str:
        n = places.get(name, -1)
        return row[n] if 0 <= n < len(row) else ""

    in_grams = "weight" in places and _GRAMS.search(headings[places["weight"]]) is not None
    in_fen = headings[places["fee"]].rstrip(")）]】").endswith("分")
    for line, row in (*first, *rest):
        number = "".join(cell(row, "number").split()).upper()
        if not _NUMBER.fullmatch(number):
            continue
        weight = _amount(cell(row, "weight"), file, line)
        fee = _amount(cell(row, "fee"), file, line)
        if fee is None:
            continue
        yield BillLine(
            line=line,
            number=number,
            billed_fen=_whole(fee, 1 if in_fen else 100),
            billed_weight_g=None if weight is None else _whole(weight, 1 if in_grams else 1000),
            day=_day(cell(row, "day")),
            kind=cell(row, "kind")[:64],
        )


def _places(row: Sequence[str], remembered: Mapping[str, str]) -> dict[str, int]:
    plain = [_plain(heading) for heading in row]
    places: dict[str, int] = {}
    for name, known in HEADINGS.items():
        said = remembered.get(name)
        wanted = [_plain(said)] if said else [h.lower() for h in known]
        found = next((plain.index(h) for h in wanted if h in plain), None)
        if found is not None:
            places[name] = found
    return places


def _plain(heading: str) -> str:
    """Without blanks, stars, units and brackets."""
    bare = "".join(heading.split()).strip("*").lower()
    return _UNIT.sub("", bare) or bare


def _amount(text: str, file: Path, line: int) -> Decimal | None:
    """A number as people and programs write it (``¥1,234.50``, ``1.5KG``); ``None`` for a blank."""
    bare = re.sub(r"[¥￥,，\s]|元|kg|公斤|千克|克|g", "", text, flags=re.IGNORECASE)
    if not bare or bare in {"-", "--", "/"}:
        return None
    try:
        found = Decimal(bare)
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or abs(found) >= 1_000_000_000:
        raise UserError(
            "freight_amount",
            T(
                "Line {line} of {file}: “{text}” is no number.",
                line=line,
                file=file.name,
                text=text,
            ),
            T("Correct the line, or name the right columns with --column."),
            ref=f"{file.name}:{line}",
        )
    return found


def _whole(amount: Decimal, times: int) -> int:
    """Rounded, for spreadsheets keep 3.20 as 3.1999999999999997."""
    return int((amount * times).to_integral_value(ROUND_HALF_UP))


def _day(text: str) -> str:
    found = _DAY.search(text.strip())
    if found is None:
        return ""
    year, month, day = (part for part in found.groups() if part)
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return ""
    return f"{year}-{int(month):02d}-{int(day):02d}"


def _not_found(file: Path, rows: Sequence[Sequence[str]], best: Mapping[str, int]) -> UserError:
    missing = next(name for name in REQUIRED if name not in best)
    fullest = max(rows, key=lambda row: sum(bool(c) for c in row), default=[])
    headings = ", ".join(h for h in fullest if h)[:300]
    return UserError(
        "freight_columns",
        T("No column of {file} is known as {column}.", file=file.name, column=missing),
        T(
            "Name it once: --column {column}=HEADING. There are: {headings}",
            column=missing,
            headings=headings or "–",
        ),
        ref=file.name,
    )
