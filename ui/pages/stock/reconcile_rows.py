"""A listing whose figure at the shop differs, as a row and in the words of a question."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.text import T, Text, ntr, tr
from app.services.stock.stock_push import PushRow
from app.services.stock.stock_taking import Advice
from ui.table import Cell, Column, TableRow
from ui.table.view import CHECK_COLUMN
from ui.theme_tokens import Tone

_MINUS = "\N{MINUS SIGN}"
_NAMED = 4  # listings a question names; the rest is a number

_ADVICE: dict[str, tuple[Text, str]] = {
    Advice.TELL: (T("Our figure: it was counted here"), "cloud-arrow-up"),
    Advice.TAKE: (T("The shop's figure: nobody counted it here"), "cloud-arrow-down"),
}


def columns() -> tuple[Column, ...]:
    """商品, 店铺现有, 这里可用, 应有, 相差, 建议."""
    return (
        CHECK_COLUMN,
        Column("name", tr("Listing"), 230, stretch=1, min_width=180),
        Column("shop", tr("The shop has"), 104, right=True),
        Column("here", tr("Free here"), 88, right=True),
        Column("wanted", tr("Should have"), 104, right=True),
        Column("delta", tr("Difference"), 88, right=True),
        Column("advice", tr("Go by"), 280, stretch=1, min_width=190),
    )


def signed(pieces: int) -> str:
    """+3, −2, 0."""
    sign = "+" if pieces > 0 else _MINUS if pieces < 0 else ""
    return f"{sign}{abs(pieces):,}"


def figure(pieces: int | None) -> str:
    """A number of pieces; what nobody knows is a dash."""
    if pieces is None:
        return "—"
    return f"{_MINUS if pieces < 0 else ''}{abs(pieces):,}"


def too_many(row: PushRow) -> int:
    """How many pieces the shop shows more than it should, in pieces; below 0: fewer."""
    return 0 if row.shop_stock is None else row.shop_stock - row.wanted


def can_change(row: PushRow) -> bool:
    """Whether the figures are known and nothing is on its way to the shop."""
    return row.result in {"more", "fewer"}


def reconcile_row(row: PushRow, told: PushRow | None = None) -> TableRow:
    """The row of a listing; ``told``: what came of the last try, if it was not done."""
    over = too_many(row)
    advised = _ADVICE.get(row.advice)
    words, glyph = advised if advised is not None else ("", "")
    problem = told if told is not None and told.code else row if row.code else None
    said, color = str(words), "text2"
    if problem is not None and problem.message is not None:
        said, glyph = str(problem.message), "warning-circle"
    second = " · ".join(part for part in (row.spec, row.sku) if part)
    tone = Tone.ERR if over > 0 else Tone.WARN
    cells = (
        Cell(),
        Cell(row.title, second=second),
        Cell(figure(row.shop_stock)),
        Cell(figure(row.here), color="text2"),
        Cell(figure(row.wanted)),
        Cell(signed(over) if can_change(row) else "—", strong=True, color=tone),
        Cell(said, icon=glyph, color=Tone.WARN if problem is not None else color),
    )
    spoken = (
        row.title,
        second,
        tr("the shop has {n}", n=figure(row.shop_stock)),
        tr("should have {n}", n=figure(row.wanted)),
        said,
    )
    tips = [said]
    if problem is not None and problem.remedy is not None:
        tips.append(str(problem.remedy))
    elif over > 0:
        tips.append(tr("The shop can sell pieces that are not there."))
    elif over < 0:
        tips.append(tr("The shop sells fewer than there are."))
    return TableRow(
        row.listing,
        cells,
        spoken=tr(", ").join(part for part in spoken if part),
        tip="\n".join(tip for tip in tips if tip),
        muted=not can_change(row),
    )


def _named(rows: Sequence[PushRow], one: Sequence[str]) -> str:
    lines = list(one[:_NAMED])
    if len(rows) > _NAMED:
        rest = len(rows) - _NAMED
        lines.append(ntr("{n} more listing", "{n} more listings", rest))
    return tr("; ").join(lines)


def tell_words(shop: str, rows: Sequence[PushRow]) -> str:
    """What changes at the shop."""
    changes = [
        tr(
            "{name} {before} → {after}",
            name=_short(row),
            before=figure(row.shop_stock),
            after=figure(row.wanted),
        )
        for row in rows
    ]
    return tr(
        "{shop} will show: {changes}. Nothing changes on the shelf here.",
        shop=shop,
        changes=_named(rows, changes),
    )


def take_words(shop: str, rows: Sequence[PushRow]) -> str:
    """What changes on the shelf."""
    changes = [tr("{name} {n}", name=_short(row), n=signed(too_many(row))) for row in rows]
    return tr(
        "New orders of {shop} are fetched first. Then the shelf here is corrected: {changes}."
        " Nothing changes at the shop.",
        shop=shop,
        changes=_named(rows, changes),
    )


def _short(row: PushRow) -> str:
    return " ".join(part for part in (row.title[:18], row.spec) if part)
