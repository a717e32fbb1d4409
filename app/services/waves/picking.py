"""Pick lists by bin, and telling that a wave is picked."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import func, select, update

from app.domain.labels import PackingSlip, PickList, PickRow, SlipRow
from app.domain.states import Document, ParcelState
from app.ports import SendResult, Sent
from app.services import records
from app.services.parcels import packing
from app.services.printing.printers import printer_for
from app.services.waves.waves import find_wave, unheld
from app.services.workplace import Workplace
from app.store.tables import (
    orders,
    parcel_lines,
    parcels,
    shops,
    sku_barcodes,
    skus,
    waves,
)

CODE_PREFIX = "PICK-"
LIST_PRINTED = "pick_list_printed_at"  # in the wave's options


def pick_list(work: Workplace, wave: str) -> PickList:
    """What to fetch for the wave, in walking order; held parcels are left out."""
    with work.db.read() as tx:
        row = find_wave(tx, wave)
        ids = [
            p
            for p in tx.execute(
                select(parcels.c.id)
                .where(
                    parcels.c.wave_id == row.id,
                    parcels.c.state.in_(
                        [ParcelState.TO_LABEL, ParcelState.TO_PICK, ParcelState.TO_PACK]
                    ),
                )
                .order_by(parcels.c.wave_position)
            ).scalars()
            if not records.active_holds(tx, p)
        ]
        pieces = tx.execute(
            select(
                skus.c.id,
                skus.c.code,
                skus.c.name,
                skus.c.short_name,
                skus.c.spec,
                skus.c.bin,
                parcel_lines.c.quantity,
                parcels.c.wave_position,
            )
            .join(parcel_lines, parcel_lines.c.sku_id == skus.c.id)
            .join(parcels, parcels.c.id == parcel_lines.c.parcel_id)
            .where(parcels.c.id.in_(ids), parcel_lines.c.quantity > 0)
            .order_by(skus.c.bin, skus.c.code, parcels.c.wave_position)
        ).all()
        barcodes = {
            r.sku_id: r.barcode
            for r in tx.execute(
                select(sku_barcodes.c.sku_id, func.min(sku_barcodes.c.barcode).label("barcode"))
                .where(sku_barcodes.c.sku_id.in_({p.id for p in pieces}))
                .group_by(sku_barcodes.c.sku_id)
            )
        }
    grouped = defaultdict(list)
    for piece in pieces:
        grouped[piece.id].append(piece)
    rows = [
        PickRow(
            bin=group[0].bin,
            sku=group[0].code,
            name=group[0].short_name or group[0].name,
            spec="" if group[0].short_name else group[0].spec,  # a short name says it already
            barcode=barcodes.get(sku_id, ""),
            quantity=sum(p.quantity for p in group),
            slots=tuple(f"{p.wave_position} ×{p.quantity}" for p in group),
        )
        for sku_id, group in grouped.items()
    ]
    return PickList(row.name, work.now(), len(ids), tuple(rows), f"{CODE_PREFIX}{row.name}")


def print_pick_list(work: Workplace, wave: str, printer: str | None = None) -> Sent:
    """Put the pick list on paper. Raises ``UserError`` when no printer fits."""
    document = pick_list(work, wave)
    with work.db.read() as tx:
        name = printer_for(tx, None, Document.PICKLIST, printer)
    if not isinstance(name, str):
        raise name
    sent = work.outside.printer(name).print_paper(document)
    if sent.result in {SendResult.CONFIRMED, SendResult.SENT}:
        with work.db.write() as tx:
            row = find_wave(tx, wave)
            known = {**row.options, LIST_PRINTED: work.now().isoformat()}
            tx.execute(update(waves).where(waves.c.id == row.id).values(options=known))
            records.note(tx, work, "pick_list", detail={"wave": row.id})
        work.changed("waves")
    return sent


def mark_picked(work: Workplace, wave: str) -> int:
    """The wave is picked: its printed parcels go on to the bench. Returns how many."""
    with work.db.write() as tx:
        row = find_wave(tx, wave)
        ids = list(
            tx.execute(
                select(parcels.c.id).where(
                    parcels.c.wave_id == row.id,
                    parcels.c.state == ParcelState.TO_PICK,
                    unheld(),
                )
            ).scalars()
        )
        tx.execute(
            update(parcels)
            .where(parcels.c.id.in_(ids))
            .values(state=ParcelState.TO_PACK, changed_at=work.now())
        )
        tx.execute(update(waves).where(waves.c.id == row.id).values(picked_at=work.now()))
        records.note(tx, work, "picked", detail={"wave": row.id, "parcels": len(ids)})
        records.refresh_orders(tx, records.orders_of(tx, ids))
    work.changed("waves", "parcels", "orders")
    return len(ids)


def slip(work: Workplace, parcel_id: str) -> PackingSlip:
    """The packing slip of a parcel: goods and greeting, never a price."""
    with work.db.read() as tx:
        opened = packing.read_parcel(tx, parcel_id)
        rows = tx.execute(
            select(
                orders.c.order_id,
                orders.c.greeting,
                orders.c.receiver,
                shops.c.title,
                shops.c.id.label("shop_id"),
            )
            .join(shops, shops.c.id == orders.c.shop_id)
            .where(orders.c.id.in_(records.orders_of(tx, [parcel_id])))
            .order_by(orders.c.paid_at, orders.c.id)
        ).all()
    return PackingSlip(
        shop=rows[0].title or rows[0].shop_id,
        order_ids=tuple(r.order_id for r in rows),
        receiver_name=rows[0].receiver.get("name", ""),
        rows=tuple(SlipRow(x.item.name, x.item.spec, x.need) for x in opened.lines),
        greeting=next((r.greeting for r in rows if r.greeting), ""),
        note="",
        number=opened.number,
        printed_at=work.now(),
    )
