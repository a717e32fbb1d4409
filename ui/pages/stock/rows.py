"""An item as a row of the stock list: the bar to its safety mark, a week's sales, its state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QPainter
from typing_extensions import override

from app.domain.text import ntr, tr
from app.services.stock.stock_page import StockLine, StockState
from ui.pages.stock.words import (
    GLYPHS,
    STATE_WORDS,
    TONES,
    bins_words,
    days_words,
    figure,
    spec_words,
)
from ui.paint import draw_icon, draw_text
from ui.paint_boxes import round_rect
from ui.table import Cell, Column, RowDelegate, TableRow
from ui.table.delegate import PAD
from ui.theme import Theme
from ui.theme_tokens import Tone, Type

BAR_PX, BARS_PX = 60, 60
_PILL_PAD = 34


@dataclass(frozen=True, slots=True)
class ItemRow(TableRow):
    """A row with what only this table paints. ``fill``: of the bar, 0 to 1; its safety mark
    stands at a third, where the item is ``marked``. ``week``: sold a day, today last."""

    fill: float = 0.0
    marked: bool = False
    week: tuple[int, ...] = ()
    state: StockState = StockState.ENOUGH
    code: str = ""
    name: str = ""
    spec: str = ""
    picture: str = ""


def columns(theme: Theme) -> tuple[Column, ...]:
    """商品, 库位, 在库, 占用, the bar, 可用, 7 天销量, 够卖, 状态."""
    pill = max(pill_width(theme, str(w)) for w in STATE_WORDS.values()) / theme.text_size.value
    return (
        Column("lead", "", PAD),
        Column("name", tr("Item"), 220, stretch=1, min_width=184, sortable=True),
        Column("bin", tr("Bin"), 86, sortable=True, shed=2),
        _figure(theme, "on_hand", tr("On hand"), 60),
        _figure(theme, "allocated", tr("Allocated"), 58),
        Column("bar", "", BAR_PX + 2 * PAD, shed=3),
        _figure(theme, "available", tr("Available"), 60),
        Column(
            "sold",
            tr("Sold in 7 days"),
            max(BARS_PX, _px(theme, tr("Sold in 7 days")) + 17) + 2 * PAD,
            sortable=True,
            shed=1,
        ),
        _figure(
            theme,
            "days",
            tr("Lasts"),
            2 * PAD + _px(theme, ntr("{n} day", "{n} days", 360), role=Type.BODY),
        ),
        Column("state", tr("State"), max(92, round(pill) + 2 * PAD)),
    )


def _px(theme: Theme, *texts: str, role: Type = Type.CAPTION) -> int:
    """Room for the longest of these at 100 %."""
    face = theme.face(role, 500)
    return round(max(face.width(text) for text in texts) / theme.text_size.value) + 1


def _figure(theme: Theme, key: str, title: str, width: int) -> Column:
    """A column of numbers, at least as wide as its title with the arrow of sorting."""
    least = _px(theme, title) + 2 * PAD + 16
    return Column(key, title, max(width, least), right=True, sortable=True)


def item_row(line: StockLine) -> ItemRow:
    """The row of an item."""
    tone = {StockState.SHORT: Tone.ERR, StockState.LOW: Tone.WARN}.get(line.state)
    left, days, state = line.available, days_words(line), str(STATE_WORDS[line.state])
    second = spec_words(line.spec, line.sku)
    cells = (
        Cell(),
        Cell(line.name, second=second, picture=line.picture or "-"),
        Cell(bins_words(line), color="text2"),
        Cell(figure(line.on_hand), color=Tone.ERR if line.count_it else "text"),
        Cell(figure(line.allocated), color="text2"),
        Cell(),
        Cell(figure(left), strong=True, color=tone or "text"),
        Cell(),
        Cell(days, color=tone or "text2"),
        Cell(state),
    )
    spoken = (
        line.name,
        second,
        bins_words(line),
        tr("{n} on hand", n=figure(line.on_hand)),
        tr("{n} allocated", n=figure(line.allocated)),
        tr("{n} available", n=figure(left)),
        tr("lasts {days}", days=days),
        state,
    )
    missing = tr("{n} pieces are missing.", n=figure(line.missing)) if line.missing else ""
    tips = (
        second,
        tr("The books say less than nothing: count it.") if line.count_it else "",
        missing,
        tr("The safety mark is {n}.", n=figure(line.safety)) if line.safety else "",
    )
    return ItemRow(
        line.sku_id,
        cells,
        spoken=tr(", ").join(part for part in spoken if part),
        tip="\n".join(part for part in tips if part),
        muted=not line.active,
        fill=_share(left, line.safety) if line.safety or not line.missing else 0.0,
        marked=line.safety > 0,
        week=line.week,
        state=line.state,
        code=line.sku,
        name=line.name,
        spec=line.spec,
        picture=line.picture,
    )


def _share(available: int, safety: int) -> float:
    """How far the bar reaches: the mark is a third of it."""
    if available <= 0:
        return 0.0
    return min(1.0, available / (3 * safety)) if safety else 1.0


def pill_width(theme: Theme, words: str) -> int:
    """Width of a state's pill."""
    return round(theme.face(Type.CAPTION_STRONG).width(words)) + _PILL_PAD


def draw_state(p: QPainter, left: float, middle: float, state: StockState, theme: Theme) -> None:
    """The pill of a state; what is fine is said in plain words."""
    words, tone = str(STATE_WORDS[state]), TONES[state]
    height = theme.scaled(22)
    box = QRectF(left, round(middle - height / 2), pill_width(theme, words), height)
    if tone is None:
        plain = theme.face(Type.BODY)
        draw_text(p, box.adjusted(8, 0, 8, 0), words, plain, theme.t.text2)
        return
    colors = theme.t.tone(tone)
    round_rect(p, box, height / 2, colors.soft)
    name, weight = GLYPHS[state]
    draw_icon(p, name, QPointF(left + 15, box.center().y()), 14, colors.text, theme, weight)
    face = theme.face(Type.CAPTION_STRONG)
    draw_text(p, box.adjusted(25, 0, -4, 0), words, face, colors.text)


def draw_bar(p: QPainter, left: float, middle: float, row: ItemRow, theme: Theme) -> None:
    """What is available against the safety mark at a third."""
    t = theme.t
    box = QRectF(left, round(middle) - 3, BAR_PX, 6)
    round_rect(p, box, 3, t.active)
    if row.fill > 0:
        low = row.state in (StockState.LOW, StockState.SHORT)
        width = max(6.0, BAR_PX * row.fill)
        fill = t.warn.solid if low else t.control
        round_rect(p, QRectF(left, box.top(), width, 6), 3, fill)
    if not row.marked:
        return
    p.fillRect(QRect(round(left + BAR_PX / 3), round(middle) - 6, 2, 12), t.text)


def draw_week(
    p: QPainter, left: float, middle: float, week: Sequence[int], theme: Theme, most: int = 0
) -> None:
    """Seven bars, today's the darkest; as high as the best day of these."""
    t, high = theme.t, 22
    top = max([most, *week, 1])
    for n, pieces in enumerate(week):
        height = max(2, round(high * pieces / top))
        color = t.text2 if n == len(week) - 1 else t.border2
        bar = QRectF(left + 9 * n, round(middle) + high / 2 - height, 7, height)
        round_rect(p, bar, 1.5, color)


class ItemDelegate(RowDelegate):
    """The bars and the pill; the rest as every table paints it."""

    @override
    def paint_content(self, p: QPainter, box: QRect, row: TableRow, column: int) -> None:
        key = self.model.columns[column].key
        middle = box.top() + box.height() / 2
        if not isinstance(row, ItemRow):
            super().paint_content(p, box, row, column)
        elif key == "bar":
            draw_bar(p, box.left(), middle, row, self.theme)
        elif key == "sold":
            draw_week(p, box.left(), middle, row.week, self.theme, most=6)
        elif key == "state":
            draw_state(p, box.left(), middle, row.state, self.theme)
        else:
            super().paint_content(p, box, row, column)
