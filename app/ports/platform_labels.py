"""The e-waybill platform beside booking: checks, more boxes, notices and label templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.domain.label_templates import LabelTemplate, StandardTemplate
from app.domain.waybills import Booking, Outcome, Problem
from app.ports.waybills import WaybillSource


@dataclass(frozen=True, slots=True)
class PrintedNotice:
    """The label of ``number`` is on paper; ``again``: the platform was told before."""

    booking_key: str
    company: str  # our company code
    number: str
    again: bool = False


class PlatformLabels(WaybillSource, Protocol):
    """The platform as a source of numbers for one account, and what only it can do."""

    def precheck(self, booking: Booking) -> Problem | None:
        """What the platform would refuse in ``booking``; books nothing.

        Raises ``UserError`` or ``RetryableError`` when it cannot be asked.
        """
        ...

    def add_boxes(self, booking: Booking, number: str, count: int) -> Outcome:
        """``count`` more boxes for the shipment of ``number``; the children in ``Issued.numbers``.

        Not idempotent: after ``Unknown`` look with ``children``.
        """
        ...

    def children(self, booking: Booking, known: Sequence[str]) -> Outcome:
        """The children that the platform lists beyond ``known``; none: an ``Issued`` without one.

        ``Unknown`` while it cannot be asked or does not list the boxes.
        """
        ...


class TemplateDesk(Protocol):
    """Label templates of the shop. Raises ``UserError`` or ``RetryableError``."""

    def standards(self) -> Mapping[str, StandardTemplate]:
        """The standard template of each carrier, by delivery id."""
        ...

    def templates(self, delivery_id: str = "") -> Mapping[str, Sequence[LabelTemplate]]:
        """The shop's own templates, by delivery id."""
        ...

    def template(self, delivery_id: str, template_id: str) -> LabelTemplate: ...

    def save(self, delivery_id: str, template: LabelTemplate) -> str:
        """Make it, or overwrite the one with its id. Returns the id."""
        ...

    def delete(self, delivery_id: str, template_id: str) -> None: ...
