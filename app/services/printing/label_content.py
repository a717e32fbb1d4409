"""The label of a stored waybill: built from what was kept when the number came."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from sqlalchemy import Connection, func, select

from app.domain import recognition
from app.domain.address import Address
from app.domain.companies import company
from app.domain.errors import UserError
from app.domain.label_designs import STANDARD_FIELDS, TEMPLATES, LabelDesign, OwnField
from app.domain.labels import DrawnLabel, Label, OwnArea, PlatformLabel
from app.domain.privacy import Masking, for_label, sender_for_label
from app.domain.states import ParcelState, Route
from app.domain.text import T
from app.services.numbers import label_files
from app.services.numbers.shipment_numbers import CHILD, RETURN_SLIP, boxes_of
from app.services.printing import designs, label_money
from app.services.printing.printers import label_media
from app.services.workplace import Workplace
from app.store.tables import (
    order_lines,
    orders,
    parcel_lines,
    parcels,
    settings,
    skus,
    waves,
    waybills,
)

_V = TypeVar("_V")


class Shared:
    """What the labels of one reading have in common, read once: designs, accounts, wave sizes."""

    def __init__(self) -> None:
        self._found: dict[Hashable, Any] = {}

    def once(self, key: Hashable, read: Callable[[], _V]) -> _V:
        """``read()``, or what it gave the first time for ``key``."""
        if key not in self._found:
            self._found[key] = read()
        found: _V = self._found[key]
        return found


def find_waybill(tx: Connection, number: str) -> Any:
    """The waybill with this number, as typed or scanned; the newest first. Raises ``UserError``."""
    row = tx.execute(
        select(waybills)
        .where(waybills.c.number.in_(recognition.forms(number)))
        .order_by(waybills.c.issued_at.desc())
    ).first()
    if row is None:
        raise UserError(
            "no_such_waybill",
            T("There is no waybill {number} here.", number=number),
            T("Check the number, or look for the order with: orders list --search"),
            ref=number,
        )
    return row


def label_by_number(work: Workplace, number: str) -> Label:
    """The label of the waybill ``number`` as a printer would get it. Raises ``UserError``."""
    with work.db.read() as tx:
        return label_of(tx, work, find_waybill(tx, number))


def label_of(
    tx: Connection,
    work: Workplace,
    waybill: Any,
    *,
    job_id: str = "",
    reprint_no: int = 0,
    media: str = "",
    shared: Shared | None = None,
) -> Label:
    """What is printed for ``waybill``. Personal data is masked here, by the one function for it.

    ``media``: the paper it is for, else that of the printer its labels go to. ``shared``: the same
    for several labels that are read in one transaction.
    Raises ``UserError`` (``label_file``): its carrier draws the label, and it has not come yet.
    """
    known = shared or Shared()
    pieces = _pieces(tx, waybill.parcel_id)
    own = _own_area(tx, waybill.parcel_id, pieces, known)
    boxes = [] if waybill.kind == RETURN_SLIP else boxes_of(tx, waybill)
    if waybill.route == Route.PLATFORM and waybill.print_info:
        return PlatformLabel(
            waybill.number,
            waybill.print_info,
            job_id or waybill.id,
            number_in_batch=waybill.box_no,
            batch_size=max(1, len(boxes)),
            own=own.only(_ticked(tx, work, waybill, media)),
        )
    file = label_files.kept_file(tx, work, waybill)
    if file is not None:
        return file
    parties = json.loads(work.sealer.unseal(waybill.parties_sealed or ""))
    masking = known.once("masking", lambda: _masking(tx))
    parcel = tx.execute(select(parcels).where(parcels.c.id == waybill.parcel_id)).one()
    return DrawnLabel(
        template=waybill.template,
        number=waybill.number,
        route=waybill.label,
        sender=sender_for_label(Address.from_dict(parties["sender"]), masking),
        receiver=for_label(Address.from_dict(parties["receiver"]), masking),
        goods=_goods_text(pieces),
        own=own,
        cod_fen=label_money.cod_fen(tx, work, waybill),
        printed_at=work.now(),
        weight_g=parcel.weight_g or parcel.expected_weight_g,
        box_no=waybill.box_no,
        box_count=max(1, len(boxes)),
        mother_number=boxes[0].number if waybill.kind == CHILD else "",
        reprint_no=reprint_no,
        kind=waybill.kind,
        extra=_extra(tx, waybill, known),
        design=_design(tx, work, waybill, media, known),
    )


def _design(
    tx: Connection, work: Workplace, waybill: Any, media: str, known: Shared
) -> LabelDesign | None:
    route = Route(waybill.route)
    paper = media or known.once(("media", route), lambda: label_media(tx, work.bench, route))
    template, carrier = waybill.template, waybill.carrier
    return known.once(
        ("design", template, carrier, paper),
        lambda: designs.design_in_use(tx, work, template, carrier, paper),
    )


def _ticked(tx: Connection, work: Workplace, waybill: Any, media: str) -> tuple[OwnField, ...]:
    """What the shop wants in its own area of labels that the platform draws.

    They have no design of ours: the copy in use for the same carrier says it.
    """
    template = waybill.carrier if waybill.carrier in TEMPLATES else "plain"
    paper = media or label_media(tx, work.bench, Route(waybill.route))
    kept = designs.design_in_use(tx, work, template, waybill.carrier, paper)
    return kept.own.fields if kept is not None else STANDARD_FIELDS


def _extra(tx: Connection, waybill: Any, known: Shared) -> dict[str, str]:
    carrier = company(waybill.carrier)
    return {
        "company": str(carrier.name),
        "hotline": carrier.hotline,
        "payment": known.once(
            ("payment", waybill.account), lambda: label_money.payment(tx, waybill)
        ),
    }


def _masking(tx: Connection) -> Masking:
    chosen = tx.execute(select(settings.c.value).where(settings.c.key == "label_masking")).scalar()
    return Masking(chosen) if chosen else Masking.STANDARD


def _pieces(tx: Connection, parcel_id: str) -> list[Any]:
    return list(
        tx.execute(
            select(
                order_lines.c.title,
                order_lines.c.spec,
                parcel_lines.c.quantity,
                parcel_lines.c.gift_rule_id,
                order_lines.c.sku_code,
                skus.c.code,
                skus.c.short_name,
                skus.c.name,
                skus.c.spec.label("sku_spec"),
                skus.c.bin,
            )
            .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
            .outerjoin(skus, skus.c.id == parcel_lines.c.sku_id)
            .where(parcel_lines.c.parcel_id == parcel_id, parcel_lines.c.quantity > 0)
            .order_by(parcel_lines.c.gift_rule_id != "", skus.c.bin, order_lines.c.position)
        )
    )


def _goods_text(rows: list[Any]) -> str:
    pieces = sum(r.quantity for r in rows)
    first = rows[0].short_name or rows[0].name or rows[0].title if rows else ""
    return f"{first} 等 {pieces} 件" if len(rows) > 1 else f"{first} ×{pieces}"


def _own_area(tx: Connection, parcel_id: str, rows: list[Any], known: Shared) -> OwnArea:
    place = tx.execute(
        select(waves.c.name, parcels.c.wave_position, parcels.c.wave_id)
        .join(waves, waves.c.id == parcels.c.wave_id)
        .where(parcels.c.id == parcel_id)
    ).one_or_none()
    position = ""
    if place is not None:
        total = known.once(("wave", place.wave_id), lambda: _wave_size(tx, place.wave_id))
        position = f"{place.wave_position}/{total}"
    notes = tx.execute(
        select(orders.c.buyer_note, orders.c.merchant_note)
        .join(order_lines, order_lines.c.order_id == orders.c.id)
        .join(parcel_lines, parcel_lines.c.order_line_id == order_lines.c.id)
        .where(parcel_lines.c.parcel_id == parcel_id)
        .distinct()
    ).all()
    return OwnArea(
        lines=tuple(f"{_given(r)}{r.short_name or _full_name(r)} ×{r.quantity}" for r in rows),
        wave=place.name if place else "",
        position=position,
        bin=rows[0].bin or "" if rows else "",
        note=" / ".join(dict.fromkeys(n.buyer_note for n in notes if n.buyer_note)),
        codes=tuple(f"{_given(r)}{r.code or r.sku_code or '—'} ×{r.quantity}" for r in rows),
        merchant_note=" / ".join(dict.fromkeys(n.merchant_note for n in notes if n.merchant_note)),
    )


def _wave_size(tx: Connection, wave_id: str) -> int:
    return int(
        tx.execute(
            select(func.count())
            .select_from(parcels)
            .where(parcels.c.wave_id == wave_id, parcels.c.state != ParcelState.CANCELLED)
        ).scalar_one()
    )


def _given(row: Any) -> str:
    return "赠 " if row.gift_rule_id else ""


def _full_name(row: Any) -> str:
    """Name and variant of goods that have no short name of their own."""
    # A gift stands beside a line that is something else.
    name = row.name or row.title
    spec = row.sku_spec or ("" if row.gift_rule_id else row.spec)
    return name if spec in name else f"{name} {spec}"
