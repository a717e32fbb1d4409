"""A price table from a CSV or Excel file, as carriers and their sites hand it out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path

from app.domain.errors import UserError
from app.domain.prices import PriceTable, Zone
from app.domain.text import T, Text
from app.spreadsheets import read_rows

# Our columns, with the headings people write above them. Weights in kg and money in yuan, unless
# the name says g or fen.
PRICE_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "zone": ("区域", "分区", "大区", "线路", "名称"),
    "provinces": ("省份", "省", "目的省", "目的省份", "到达省份", "目的地", "到达地"),
    "cities": ("城市", "市", "目的市", "目的城市", "到达城市"),
    "first_yuan": ("首重价", "首重价格", "首重费用", "首重金额", "首重(元)", "首重（元）", "首价"),
    "first_kg": ("首重", "首重(kg)", "首重（kg）", "首重重量", "首重公斤"),
    "further_yuan": (
        "续重价",
        "续重价格",
        "续重费用",
        "续重金额",
        "续重(元)",
        "续重（元）",
        "续价",
    ),
    "further_kg": ("续重", "续重(kg)", "续重（kg）", "续重重量", "续重单位", "续重公斤"),
    "per_parcel_yuan": ("单票加收", "每票加收", "面单费", "附加费"),
    "min_kg": ("起始重量", "重量下限", "最小重量", "重量从"),
    "max_kg": ("截止重量", "重量上限", "最大重量", "重量到"),
    "first_fen": (),
    "first_g": (),
    "further_fen": (),
    "further_g": (),
    "per_parcel_fen": (),
    "min_weight_g": (),
    "max_weight_g": (),
}
_REST = re.compile(r"(?:其他|其它|其余|剩余|全国|默认)(?:省份|地区|区域|省)?")
_APART = re.compile(r"[、,，;；/|\s]+")


@dataclass(frozen=True, slots=True)
class _Row:
    file: str
    line: int
    cells: Mapping[str, str]

    def amount(self, name: str, scaled: str, times: int) -> int | None:
        """The column in our unit, or the one in kg or yuan; ``None`` for a blank."""
        for column, factor in ((name, 1), (scaled, times)):
            text = re.sub(
                r"[¥￥\s]|元|kg|公斤", "", self.cells.get(column, ""), flags=re.IGNORECASE
            )
            if not text:
                continue
            try:
                found = Decimal(text)
            except InvalidOperation:
                found = Decimal("NaN")
            if not found.is_finite() or found < 0:
                raise self.wrong(T("“{text}” is no number.", text=text))
            return int((found * factor).to_integral_value(ROUND_HALF_UP))
        return None

    def wrong(self, why: Text) -> UserError:
        return UserError(
            "price_row",
            T("Line {line} of {file}: {why}", line=self.line, file=self.file, why=why),
            T("Correct this row and import the file again."),
            ref=f"{self.file}:{self.line}",
        )


def read_price_file(
    file: Path, name: str, account: str, *, packaging_g: int = 0, volume_divisor: int = 0
) -> PriceTable:
    """The table in ``file``, a row for each zone. Without a column for the first weight it is 1 kg.

    Raises ``UserError``: ``import_file``, ``import_columns``, ``price_row`` with its line,
    ``price_empty``.
    """
    zones = []
    for line, cells in enumerate(read_rows(file, PRICE_COLUMNS, ()), start=2):
        if any(cells.values()):
            zones.append(_zone(_Row(file.name, line, cells)))
    if not zones:
        raise UserError(
            "price_empty",
            T("{file} has no row with a price.", file=file.name),
            T(
                "The first row must hold the headings: {columns}",
                columns="区域, 省份, 首重价, 续重价",
            ),
            ref=file.name,
        )
    return PriceTable(name, account, tuple(zones), volume_divisor, packaging_g)


def _zone(row: _Row) -> Zone:
    first_fen = row.amount("first_fen", "first_yuan", 100)
    if first_fen is None:
        raise row.wrong(T("there is no price of the first weight (首重价)."))
    first_g = row.amount("first_g", "first_kg", 1000)
    further_fen = row.amount("further_fen", "further_yuan", 100) or 0
    further_g = row.amount("further_g", "further_kg", 1000)
    provinces, cities = _places(row, "provinces"), _places(row, "cities")
    found = Zone(
        name=row.cells.get("zone", "") or "、".join((*provinces, *cities))[:60] or "其他",
        first_g=1000 if first_g is None else first_g,
        first_fen=first_fen,
        further_g=further_g or (1000 if further_fen else 0),
        further_fen=further_fen,
        provinces=provinces,
        cities=cities,
        per_parcel_fen=row.amount("per_parcel_fen", "per_parcel_yuan", 100) or 0,
        min_weight_g=row.amount("min_weight_g", "min_kg", 1000) or 0,
        max_weight_g=row.amount("max_weight_g", "max_kg", 1000),
    )
    if found.max_weight_g is not None and found.max_weight_g <= found.min_weight_g:
        raise row.wrong(T("no weight lies between its two bounds."))
    return found


def _places(row: _Row, name: str) -> tuple[str, ...]:
    found = [part for part in _APART.split(row.cells.get(name, "")) if part]
    return () if any(_REST.fullmatch(part) for part in found) else tuple(found)
