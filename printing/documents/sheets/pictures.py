"""Arrows and the pictograms of command cards, drawn from plain shapes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from app.domain.commands import Command
from app.domain.papers import Arrow
from printing.documents.geometry import Box
from printing.documents.page import Sheet

Corner = tuple[float, float]
# An arrow that points up, in a square of side 1.
_UP: tuple[Corner, ...] = (
    (0.5, 0.0), (1.0, 0.5), (0.7, 0.5), (0.7, 1.0), (0.3, 1.0), (0.3, 0.5), (0.0, 0.5),
)  # fmt: skip
_TURNS: Mapping[Arrow, Callable[[float, float], Corner]] = {
    Arrow.UP: lambda x, y: (x, y),
    Arrow.DOWN: lambda x, y: (x, 1 - y),
    Arrow.LEFT: lambda x, y: (y, x),
    Arrow.RIGHT: lambda x, y: (1 - y, x),
}


def add_arrow(sheet: Sheet, box: Box, arrow: Arrow) -> None:
    """A thick arrow that fills ``box``."""
    turn = _TURNS.get(arrow)
    if turn is not None:
        sheet.shape([_place(box, turn(x, y)) for x, y in _UP])


def add_pictogram(sheet: Sheet, box: Box, command: Command) -> None:
    """What the command does, to be recognised from an arm's length."""
    _PICTURES[command](sheet, box)


def _place(box: Box, corner: Corner) -> Corner:
    return box.x + corner[0] * box.width, box.y + corner[1] * box.height


def _part(box: Box, x: float, y: float, width: float, height: float) -> Box:
    """A part of ``box`` in shares of its sides."""
    left, top = _place(box, (x, y))
    return Box(left, top, width * box.width, height * box.height)


def _line(box: Box) -> float:
    return max(0.4, box.width * 0.06)


def _carton(sheet: Sheet, box: Box) -> None:
    """A closed box with its tape."""
    thick = _line(box) if box.width > 6 else 0.4
    sheet.outline(box, thick)
    sheet.area(Box(box.x + box.width * 0.4, box.y, box.width * 0.2, box.height * 0.32))


def _seen(sheet: Sheet, box: Box) -> None:
    tick = ((0.0, 0.52), (0.14, 0.38), (0.38, 0.62), (0.86, 0.12), (1.0, 0.26), (0.38, 0.9))
    sheet.shape([_place(box, corner) for corner in tick])


def _undo(sheet: Sheet, box: Box) -> None:
    """An arrow bent back to the left."""
    head = ((0.0, 0.34), (0.34, 0.0), (0.34, 0.68))
    sheet.shape([_place(box, corner) for corner in head])
    sheet.area(_part(box, 0.3, 0.24, 0.7, 0.2))
    sheet.area(_part(box, 0.8, 0.24, 0.2, 0.66))
    sheet.area(_part(box, 0.36, 0.74, 0.64, 0.16))


def _short(sheet: Sheet, box: Box) -> None:
    """A shelf of three boards with one thing missing."""
    thick = _line(box)
    for y in (0.45, 0.95):
        left, top = _place(box, (0.0, y))
        sheet.rule(left, top, left + box.width, top, thick)
    for x, y in ((0.04, 0.13), (0.38, 0.13), (0.72, 0.13), (0.04, 0.63), (0.72, 0.63)):
        sheet.area(_part(box, x, y, 0.24, 0.26))
    sheet.outline(_part(box, 0.38, 0.62, 0.24, 0.26), 0.3)


def _aside(sheet: Sheet, box: Box) -> None:
    _carton(sheet, _part(box, 0.0, 0.2, 0.5, 0.6))
    add_arrow(sheet, _part(box, 0.6, 0.28, 0.4, 0.44), Arrow.RIGHT)


def _other_box(sheet: Sheet, box: Box) -> None:
    _carton(sheet, _part(box, 0.0, 0.55, 0.32, 0.4))
    add_arrow(sheet, _part(box, 0.36, 0.64, 0.2, 0.22), Arrow.RIGHT)
    _carton(sheet, _part(box, 0.52, 0.05, 0.48, 0.52))


def _reprint(sheet: Sheet, box: Box) -> None:
    """A printer with a label coming out."""
    sheet.area(_part(box, 0.0, 0.3, 1.0, 0.36))
    sheet.outline(_part(box, 0.2, 0.02, 0.6, 0.28), 0.4)
    paper = _part(box, 0.2, 0.52, 0.6, 0.46)
    sheet.area(paper, white=True)
    sheet.outline(paper, 0.4)
    for x, width in ((0.28, 0.05), (0.37, 0.1), (0.51, 0.05), (0.6, 0.1)):
        sheet.area(_part(box, x, 0.62, width, 0.26))


def _pause(sheet: Sheet, box: Box) -> None:
    sheet.area(_part(box, 0.14, 0.04, 0.26, 0.92))
    sheet.area(_part(box, 0.6, 0.04, 0.26, 0.92))


_PICTURES: Mapping[Command, Callable[[Sheet, Box], None]] = {
    Command.SEEN: _seen,
    Command.UNDO: _undo,
    Command.SHORT: _short,
    Command.ASIDE: _aside,
    Command.BOX: _other_box,
    Command.REPRINT: _reprint,
    Command.PAUSE: _pause,
}
