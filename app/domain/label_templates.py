"""What a platform label says in its lower part, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.errors import UserError
from app.domain.text import T

STANDARD = "single"
"""The template that every carrier has: 一联单, 76 x 130 mm."""

OPTION_NAMES = ("total", "full", "name_spec", "name", "shop", "orders", "buyer_note", "note")
"""What the options 0 to 7 print: pieces in all; name, spec, code and count; name, spec and count;
name and count; the shop's name; order numbers; the buyer's message; the shop's note."""

NAME_MAX = 20


@dataclass(frozen=True, slots=True)
class TemplateOption:
    """One line of the template; ``option`` is 0 to 7, see ``OPTION_NAMES``."""

    option: int
    shown: bool
    large: bool = False
    bold: bool = False


@dataclass(frozen=True, slots=True)
class LabelTemplate:
    """One of the shop's own templates at a carrier. The order of ``options`` is that on paper."""

    name: str
    options: tuple[TemplateOption, ...]
    template_id: str = ""  # "" for one that is not saved yet
    is_default: bool = False
    text: str = ""
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StandardTemplate:
    """The standard template of a carrier: its paper and the corner for the shop's own lines, mm."""

    delivery_id: str
    width_mm: float
    height_mm: float
    url: str
    own_width_mm: float
    own_height_mm: float
    own_top_mm: float
    own_left_mm: float


def options_of(shown: Sequence[str]) -> tuple[TemplateOption, ...]:
    """All eight options: those in ``shown`` first, in that order, the others switched off.

    Raises:
        UserError: ``template_option``, a name is unknown or comes twice.
    """
    ids = []
    for name in shown:
        option = OPTION_NAMES.index(name) if name in OPTION_NAMES else -1
        if option < 0 or option in ids:
            raise UserError(
                "template_option",
                T("“{name}” cannot stand here on a label.", name=name),
                T("Name each of these at most once: {names}.", names=", ".join(OPTION_NAMES)),
                ref=name,
            )
        ids.append(option)
    rest = [n for n in range(len(OPTION_NAMES)) if n not in ids]
    return (
        *(TemplateOption(n, shown=True) for n in ids),
        *(TemplateOption(n, shown=False) for n in rest),
    )


def must_be_whole(template: LabelTemplate) -> None:
    """Let a template pass that the platform can take: a name, and each option exactly once.

    Raises:
        UserError: ``template_name``, ``template_option``.
    """
    if not 1 <= len(template.name.strip()) <= NAME_MAX:
        raise UserError(
            "template_name",
            T("A label template has a name of 1 to {n} characters.", n=NAME_MAX),
            T("Give it another name."),
            ref=template.name,
        )
    if sorted(o.option for o in template.options) != list(range(len(OPTION_NAMES))):
        raise UserError(
            "template_option",
            T("A label template names each of its 8 lines once."),
            T("Name each of these at most once: {names}.", names=", ".join(OPTION_NAMES)),
            ref=template.name,
        )
