"""Changes to a label design as a person makes them; what they mean for its elements."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from app.domain.label_designs import Finding, Kind, LabelDesign, OwnField, Place
from app.domain.text import T, Text, tr
from app.services.printing import designs
from app.services.workplace import Workplace

OWN_WORDS: dict[OwnField, Text] = {
    OwnField.GOODS: T("Goods and quantity"),
    OwnField.BIN: T("Bin"),
    OwnField.WAVE: T("Wave, which order"),
    OwnField.BUYER_NOTE: T("Buyer's note"),
    OwnField.SKU_CODES: T("Goods codes"),
    OwnField.LOGO: T("Shop's logo"),
    OwnField.MERCHANT_NOTE: T("Our own note"),
}
_OWN = "own"
_SMALLER = 0.85
_LEAST_PT = 5.0


@dataclass(frozen=True, slots=True)
class Kept:
    """A design as it is stored now; ``undo`` takes the change back."""

    design: LabelDesign
    undo: Callable[[], object]
    copied: bool


def with_box(design: LabelDesign, box: Place) -> LabelDesign:
    """The own area at another place."""
    own = replace(design.own, x=box.x, y=box.y, width=box.width, height=box.height)
    return replace(design, own=own)


def with_field(design: LabelDesign, field: OwnField, *, shown: bool) -> LabelDesign:
    """One more thing in the own area, or one less; their order stays that of the list."""
    wanted = {*design.own.fields, field} if shown else {*design.own.fields} - {field}
    fields = tuple(f for f in OWN_WORDS if f in wanted)
    return replace(design, own=replace(design.own, fields=fields))


def may_shrink(design: LabelDesign, finding: Finding) -> bool:
    """Whether smaller type may help against ``finding``."""
    if finding.code != "text_cut":
        return False
    if finding.element == _OWN:
        return design.own.size * _SMALLER >= _LEAST_PT
    return any(e.name == finding.element and e.kind is Kind.TEXT for e in design.elements)


def may_wrap(design: LabelDesign, finding: Finding) -> bool:
    """Whether a second line may help against ``finding``."""
    return finding.code == "text_cut" and any(
        e.name == finding.element and e.kind is Kind.TEXT and e.fit != "wrap" and not e.turn
        for e in design.elements
    )


def shrunk(design: LabelDesign, name: str) -> LabelDesign:
    """Smaller type for one element, as small as it must be."""
    if name == _OWN:
        size = max(_LEAST_PT, round(design.own.size * _SMALLER, 1))
        return replace(design, own=replace(design.own, size=size))
    elements = tuple(
        replace(e, min_size=0.0, size=round(e.size * _SMALLER, 1)) if e.name == name else e
        for e in design.elements
    )
    return replace(design, elements=elements)


def wrapped(design: LabelDesign, name: str) -> LabelDesign:
    """One element may take several lines."""
    elements = tuple(replace(e, fit="wrap") if e.name == name else e for e in design.elements)
    return replace(design, elements=elements)


def keep(work: Workplace, before: LabelDesign, changed: LabelDesign) -> Kept:
    """Store a change. A standard design becomes the shop's own copy first, and is used from now on.

    Raises ``UserError``: somebody else has changed it, or it cannot be so.
    """
    if not before.is_own:
        code = designs.copy_design(
            work, before.code, tr("{title} (the shop's own)", title=before.title)
        )
        copy = designs.design(work, code)
        stored = replace(
            changed,
            code=code,
            title=copy.title,
            base=copy.base,
            base_version=copy.base_version,
            carrier=copy.carrier,
            revision=copy.revision,
        )
        revision = designs.save_design(work, stored, copy.revision)
        designs.choose_design(work, code)
        return Kept(
            replace(stored, revision=revision),
            lambda: designs.delete_design(work, code),
            copied=True,
        )
    revision = designs.save_design(work, changed, before.revision)

    def undo() -> object:
        now = designs.design(work, before.code)
        return designs.save_design(work, replace(before, title=now.title), now.revision)

    return Kept(replace(changed, revision=revision), undo, copied=False)


def reset(work: Workplace, before: LabelDesign) -> Kept:
    """A copy looks like its standard again. Raises ``UserError``."""
    designs.reset_design(work, before.code)

    def undo() -> object:
        now = designs.design(work, before.code)
        return designs.save_design(work, replace(before, title=now.title), now.revision)

    return Kept(designs.design(work, before.code), undo, copied=False)
