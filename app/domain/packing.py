"""The rule of the bench: a scan and a parcel in, a verdict and the changed parcel out. Pure.

A bundle is counted whole by its own code, or by the codes of its parts: parts lie loose until they
make a whole. Both may be mixed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
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
class Part:
    """A part of a bundle: ``each`` pieces in one whole, ``have`` loose towards the next one."""

    item: Item
    each: int
    have: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the open parcel, in pieces of the SKU; of a bundle, in wholes."""

    line_id: str
    item: Item
    need: int
    have: int
    gift: bool = False  # put in on top, by a rule or by the shop
    parts: tuple[Part, ...] = ()

    @property
    def done(self) -> bool:
        return self.have >= self.need

    @property
    def missing(self) -> int:
        return max(0, self.need - self.have)

    def room_for(self, sku_id: str) -> int:
        """So many pieces of a part still go into the wholes that are missing."""
        return next((self.missing * p.each - p.have for p in self.parts if _is(p, sku_id)), 0)

    def takes(self, wholes: int) -> bool:
        """Whether so many wholes are missing beside those that the loose parts will make."""
        left = self.missing - wholes
        return left >= 0 and all(part.have <= left * part.each for part in self.parts)

    def with_part(self, sku_id: str, pieces: int) -> Line:
        """The line with more loose pieces of a part; complete sets become wholes."""
        parts = tuple(
            replace(part, have=part.have + pieces) if _is(part, sku_id) else part
            for part in self.parts
        )
        made = min(part.have // part.each for part in parts)
        return replace(self, have=self.have + made, parts=_taken(parts, made))

    def without_part(self, sku_id: str, pieces: int) -> Line:
        """The line with fewer loose pieces of a part; wholes that they made are parts again."""
        part = next((part for part in self.parts if _is(part, sku_id)), None)
        if part is None:
            return self
        opened = min(self.have, max(0, -((part.have - pieces) // part.each)))
        parts = tuple(
            replace(p, have=max(0, p.have - pieces)) if _is(p, sku_id) else p
            for p in _taken(self.parts, -opened)
        )
        return replace(self, have=self.have - opened, parts=parts)


def _is(part: Part, sku_id: str) -> bool:
    return part.item.sku_id == sku_id


def _taken(parts: tuple[Part, ...], wholes: int) -> tuple[Part, ...]:
    return tuple(replace(part, have=part.have - wholes * part.each) for part in parts)


@dataclass(frozen=True, slots=True)
class OpenParcel:
    """The parcel on the bench."""

    parcel_id: str
    number: str
    lines: tuple[Line, ...]
    box_g: int = 0  # what the box that was chosen for it weighs

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
        return self.box_g + sum(line.item.weight_g * line.need for line in self.lines)

    def next_line(self) -> Line | None:
        """The line to scan now: the first unfinished one."""
        return next((line for line in self.lines if not line.done), None)


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan did. ``line`` is the line it concerns, ``item`` what was scanned.

    ``part_sku_id``: the item was counted as a part of the line's bundle.
    """

    verdict: Verdict
    code: str
    parcel: OpenParcel | None = None
    line: Line | None = None
    item: Item | None = None
    counted: int = 0  # pieces that this scan added
    kept: bool = False  # judged without the database, and kept on this PC
    part_sku_id: str = ""

    @property
    def accepted(self) -> bool:
        return self.verdict in {Verdict.OK, Verdict.LINE_DONE, Verdict.PARCEL_DONE}


def scan_item(parcel: OpenParcel, code: str, found: Sequence[Item], quantity: int = 1) -> Scanned:
    """A goods code over the open parcel; ``found`` are all SKUs that this code may mean.

    A code that several SKUs share counts for the one that this parcel still needs. Nothing that is
    not needed is ever counted. A piece that is wanted by itself is not taken for a bundle's part.
    """
    by_sku = {line.item.sku_id: line for line in reversed(parcel.lines)}
    wanted = [line for item in found if (line := _needing(parcel, item.sku_id)) is not None]
    if wanted:
        return _count(parcel, wanted[0], code, quantity)
    inside = [
        (line, part.item)
        for item in found
        for line in parcel.lines
        for part in line.parts
        if _is(part, item.sku_id)
    ]
    for line, item in inside:
        if line.room_for(item.sku_id):
            return _count_part(parcel, line, item, code, quantity)
    complete = [by_sku[item.sku_id] for item in found if item.sku_id in by_sku]
    if complete:
        return Scanned(Verdict.OVER, code, parcel, complete[0], complete[0].item)
    if inside:
        return Scanned(Verdict.OVER, code, parcel, *inside[0])
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


def undo(parcel: OpenParcel, line_id: str, quantity: int, part_sku_id: str = "") -> OpenParcel:
    """The parcel with ``quantity`` pieces of a line, or of a part of it, taken out again."""

    def less(line: Line) -> Line:
        if part_sku_id:
            return line.without_part(part_sku_id, quantity)
        return replace(line, have=max(0, line.have - quantity))

    return replace(
        parcel,
        lines=tuple(less(line) if line.line_id == line_id else line for line in parcel.lines),
    )


def last_counted(parcel: OpenParcel, sku_ids: Collection[str]) -> tuple[Line, str] | None:
    """The line that took the last piece of these SKUs, and which part it was ("": the line's own).

    A piece that lies loose came last: what is wanted by itself is filled first.
    """
    inside = [
        (line, part)
        for line in parcel.lines
        for part in line.parts
        if part.item.sku_id in sku_ids and (part.have or line.have)
    ]
    own = [line for line in parcel.lines if line.item.sku_id in sku_ids and line.have]
    for line, part in inside:
        if part.have or not own:
            return line, part.item.sku_id
    return (own[0], "") if own else None


def _needing(parcel: OpenParcel, sku_id: str) -> Line | None:
    return next((x for x in parcel.lines if x.item.sku_id == sku_id and not x.done), None)


def _count(parcel: OpenParcel, line: Line, code: str, quantity: int) -> Scanned:
    if quantity < 1:
        raise ValueError("a scan counts at least one piece")
    if not line.takes(quantity):
        return Scanned(Verdict.OVER, code, parcel, line, line.item)
    changed = replace(line, have=line.have + quantity)
    return _counted(parcel, changed, Scanned(Verdict.OK, code, None, None, line.item, quantity))


def _count_part(parcel: OpenParcel, line: Line, item: Item, code: str, quantity: int) -> Scanned:
    if quantity < 1:
        raise ValueError("a scan counts at least one piece")
    if quantity > line.room_for(item.sku_id):
        return Scanned(Verdict.OVER, code, parcel, line, item)
    changed = line.with_part(item.sku_id, quantity)
    told = Scanned(Verdict.OK, code, None, None, item, quantity, part_sku_id=item.sku_id)
    return _counted(parcel, changed, told)


def _counted(parcel: OpenParcel, changed: Line, told: Scanned) -> Scanned:
    after = replace(
        parcel, lines=tuple(changed if x.line_id == changed.line_id else x for x in parcel.lines)
    )
    verdict = Verdict.OK
    if after.done:
        verdict = Verdict.PARCEL_DONE
    elif changed.done:
        verdict = Verdict.LINE_DONE
    return replace(told, verdict=verdict, parcel=after, line=changed)


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
