"""The rule of the bench: a scan and a parcel in, a verdict and the changed parcel out. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.domain.states import Verdict


@dataclass(frozen=True, slots=True)
class Item:
    """A SKU as the bench knows it. ``product_id`` tells a wrong variant from a wrong item."""

    sku_id: str
    code: str
    name: str
    spec: str
    product_id: str
    bin: str = ""
    picture: str = ""
    weight_g: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the open parcel, in pieces of the SKU."""

    line_id: str
    item: Item
    need: int
    have: int
    gift: bool = False  # put in on top, by a rule or by the shop

    @property
    def done(self) -> bool:
        return self.have >= self.need

    @property
    def missing(self) -> int:
        return max(0, self.need - self.have)


@dataclass(frozen=True, slots=True)
class OpenParcel:
    """The parcel on the bench."""

    parcel_id: str
    number: str
    lines: tuple[Line, ...]

    @property
    def need(self) -> int:
        return sum(line.need for line in self.lines)

    @property
    def have(self) -> int:
        return sum(line.have for line in self.lines)

    @property
    def done(self) -> bool:
        return bool(self.lines) and all(line.done for line in self.lines)

    @property
    def expected_weight_g(self) -> int:
        return sum(line.item.weight_g * line.need for line in self.lines)

    def next_line(self) -> Line | None:
        """The line to scan now: the first unfinished one."""
        return next((line for line in self.lines if not line.done), None)


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan did. ``line`` is the line it concerns, ``item`` what was scanned."""

    verdict: Verdict
    code: str
    parcel: OpenParcel | None = None
    line: Line | None = None
    item: Item | None = None
    counted: int = 0  # pieces that this scan added
    kept: bool = False  # judged without the database, and kept on this PC

    @property
    def accepted(self) -> bool:
        return self.verdict in {Verdict.OK, Verdict.LINE_DONE, Verdict.PARCEL_DONE}


def scan_item(parcel: OpenParcel, code: str, found: Sequence[Item], quantity: int = 1) -> Scanned:
    """A goods code over the open parcel; ``found`` are all SKUs that this code may mean.

    A code that several SKUs share counts for the one that this parcel still needs. Nothing that is
    not needed is ever counted.
    """
    by_sku = {line.item.sku_id: line for line in reversed(parcel.lines)}
    wanted = [line for item in found if (line := _needing(parcel, item.sku_id)) is not None]
    if wanted:
        return _count(parcel, wanted[0], code, quantity)
    complete = [by_sku[item.sku_id] for item in found if item.sku_id in by_sku]
    if complete:
        return Scanned(Verdict.OVER, code, parcel, complete[0], complete[0].item)
    if not found:
        return Scanned(Verdict.UNKNOWN, code, parcel)
    sibling = next(
        (
            line
            for item in found
            for line in sorted(parcel.lines, key=lambda x: x.done)
            if line.item.product_id == item.product_id
        ),
        None,
    )
    if sibling is not None:
        scanned = next(i for i in found if i.product_id == sibling.item.product_id)
        return Scanned(Verdict.WRONG_VARIANT, code, parcel, sibling, scanned)
    return Scanned(Verdict.WRONG_ITEM, code, parcel, parcel.next_line(), found[0])


def undo(parcel: OpenParcel, line_id: str, quantity: int) -> OpenParcel:
    """The parcel with ``quantity`` pieces of a line taken out again."""
    return replace(
        parcel,
        lines=tuple(
            replace(line, have=max(0, line.have - quantity)) if line.line_id == line_id else line
            for line in parcel.lines
        ),
    )


def _needing(parcel: OpenParcel, sku_id: str) -> Line | None:
    return next((x for x in parcel.lines if x.item.sku_id == sku_id and not x.done), None)


def _count(parcel: OpenParcel, line: Line, code: str, quantity: int) -> Scanned:
    if quantity < 1:
        raise ValueError("a scan counts at least one piece")
    if quantity > line.missing:
        return Scanned(Verdict.OVER, code, parcel, line, line.item)
    changed = replace(line, have=line.have + quantity)
    after = replace(
        parcel, lines=tuple(changed if x.line_id == line.line_id else x for x in parcel.lines)
    )
    verdict = Verdict.OK
    if after.done:
        verdict = Verdict.PARCEL_DONE
    elif changed.done:
        verdict = Verdict.LINE_DONE
    return Scanned(verdict, code, after, changed, changed.item, quantity)


@dataclass(frozen=True, slots=True)
class WeightCheck:
    """A weighed parcel beside what it should weigh, in g."""

    weight_g: int
    expected_g: int
    tolerance_g: int

    @property
    def difference_g(self) -> int:
        return self.weight_g - self.expected_g

    @property
    def fits(self) -> bool:
        return self.expected_g == 0 or abs(self.difference_g) <= self.tolerance_g


def check_weight(
    weight_g: int, expected_g: int, settings: Mapping[str, float] | None = None
) -> WeightCheck:
    """Tolerance: 3 % of the expected weight or 20 g, the larger, unless the shop says otherwise.

    The packaging is part of ``expected_g`` only when the caller added it.
    """
    chosen = settings or {}
    share = float(chosen.get("share", 0.03))
    floor = int(chosen.get("floor_g", 20))
    return WeightCheck(weight_g, expected_g, max(floor, round(expected_g * share)))
