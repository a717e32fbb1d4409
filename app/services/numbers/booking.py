"""The booking for a parcel: sender, receiver, goods, and the clear address where needed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Select, select

from app.domain.address import Address, clean_address
from app.domain.errors import UserError
from app.domain.states import Route
from app.domain.text import T
from app.domain.waybills import Booking, Goods
from app.services.orders import corrected, receivers
from app.services.stock import composition
from app.services.workplace import Workplace
from app.store.tables import (
    order_lines,
    orders,
    parcel_lines,
    parcels,
    settings,
    shipments,
    shop_accounts,
    skus,
)


def build(work: Workplace, parcel_id: str, key: str, *, decode: bool = True) -> tuple[Booking, str]:
    """The booking and the hash of the address it is made for.

    A direct parcel of a platform order is decoded here (once, then kept encrypted), which costs
    one of the shop's daily decodes; a corrected receiver (``receiver_correction``) needs none.
    Without ``decode`` nobody is asked and its receiver may stay masked.
    Raises ``UserError``: ``decode_quota``, ``no_sender``.
    """
    with work.db.read() as tx:
        parcel = tx.execute(select(parcels).where(parcels.c.id == parcel_id)).one()
        order = first_order(tx, parcel_id)
        goods = _goods(tx, parcel_id)
        numbers = _order_numbers(tx, parcel_id)
        account = _account_record(tx, parcel)
        sender = _sender(tx, parcel)
        boxes = tx.execute(
            select(shipments.c.box_count).where(shipments.c.id == parcel.shipment_id)
        ).scalar_one()
        receiver = Address.from_dict(order.receiver)
        if parcel.route == Route.DIRECT:
            written = corrected.of(tx, work, parcel_id, order.address_hash)
            receiver = written or receivers.known(tx, work, order) or receiver
    if parcel.route == Route.DIRECT and receiver.masked and decode:
        receiver = receivers.clear(work, order.id)
    return (
        Booking(
            key=key,
            parcel_id=parcel_id,
            carrier=parcel.carrier,
            sender=clean_address(sender),
            receiver=receiver if receiver.masked else clean_address(receiver),
            goods=tuple(goods),
            weight_g=max(1, parcel.weight_g or parcel.expected_weight_g or 500),
            order_ids=tuple(numbers),
            remark="",
            box_count=boxes,
            account=account,
            product=parcel.product,
        ),
        order.address_hash,
    )


def as_json(booking: Booking) -> str:
    """The whole booking as text, to be sealed: personal data is inside."""
    return json.dumps(asdict(booking), ensure_ascii=False)


def from_json(text: str) -> Booking:
    """The booking that ``as_json`` wrote."""
    data = json.loads(text)
    data["sender"] = Address.from_dict(data["sender"])
    data["receiver"] = Address.from_dict(data["receiver"])
    data["goods"] = tuple(Goods(**g) for g in data["goods"])
    data["order_ids"] = tuple(data["order_ids"])
    return Booking(**data)


def first_order(tx: Connection, parcel_id: str) -> Any:
    """The order whose address the parcel goes to: the one paid first of those with goods in it.

    An order whose goods were taken out (cancelled, refunded) says nothing any more.
    """
    return tx.execute(_by_first_order(parcel_id)).one()


def receiver_of(tx: Connection, work: Workplace, parcel_id: str) -> Address:
    """Where the parcel goes: as a person corrected it, else as its first order says; may be masked.

    Asks nobody. Empty for a parcel without goods.
    """
    order = tx.execute(_by_first_order(parcel_id)).one_or_none()
    if order is None:
        return Address()
    written = corrected.of(tx, work, parcel_id, order.address_hash)
    return written or Address.from_dict(order.receiver)


def _by_first_order(parcel_id: str) -> Select[Any]:
    return (
        select(orders)
        .join(order_lines, order_lines.c.order_id == orders.c.id)
        .join(parcel_lines, parcel_lines.c.order_line_id == order_lines.c.id)
        .where(parcel_lines.c.parcel_id == parcel_id)
        .order_by((parcel_lines.c.quantity > 0).desc(), orders.c.paid_at, orders.c.id)
        .limit(1)
    )


def _order_numbers(tx: Connection, parcel_id: str) -> list[str]:
    rows = tx.execute(
        select(orders.c.order_id, orders.c.paid_at, orders.c.id)
        .join(order_lines, order_lines.c.order_id == orders.c.id)
        .join(parcel_lines, parcel_lines.c.order_line_id == order_lines.c.id)
        .where(parcel_lines.c.parcel_id == parcel_id, parcel_lines.c.listing_quantity > 0)
        .distinct()
        .order_by(orders.c.paid_at, orders.c.id)
    )
    return [r.order_id for r in rows]


def _goods(tx: Connection, parcel_id: str) -> list[Goods]:
    rows = tx.execute(
        select(
            parcel_lines.c.listing_quantity,
            order_lines.c.title,
            order_lines.c.spec,
            order_lines.c.product_id,
            order_lines.c.sku_id,
            order_lines.c.unit_price_fen,
            order_lines.c.factor,
            orders.c.order_id,
            skus.c.short_name,
            skus.c.name,
            skus.c.code,
            composition.weight_g().label("weight_g"),
        )
        .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
        .join(orders, orders.c.id == order_lines.c.order_id)
        .outerjoin(skus, skus.c.id == parcel_lines.c.sku_id)
        .where(parcel_lines.c.parcel_id == parcel_id, parcel_lines.c.listing_quantity > 0)
        .order_by(order_lines.c.position, parcel_lines.c.id)
    ).all()
    return [
        Goods(
            name=r.short_name or r.name or r.title,
            quantity=r.listing_quantity,
            weight_g=(r.weight_g or 0) * r.factor,
            price_fen=r.unit_price_fen,
            sku=r.code or "",
            order_id=r.order_id,
            product_id=r.product_id,
            sku_id=r.sku_id,
        )
        for r in rows
    ]


def _account_record(tx: Connection, parcel: Any) -> Mapping[str, Any]:
    if parcel.route != Route.PLATFORM:
        return {}
    row = tx.execute(
        select(shop_accounts.c.record, shop_accounts.c.template_id).where(
            shop_accounts.c.shop_id == parcel.shop_id,
            shop_accounts.c.account_id == parcel.account,
        )
    ).one_or_none()
    if row is None:
        return {}
    return {**row.record, **({"template_id": row.template_id} if row.template_id else {})}


def _sender(tx: Connection, parcel: Any) -> Address:
    """Platform: the account's own address with our name and phone; direct: ``[sender]``."""
    stored = tx.execute(select(settings.c.value).where(settings.c.key == "sender")).scalar()
    ours = Address.from_dict(stored or {})
    if not ours.name or not ours.phone:
        raise UserError(
            "no_sender",
            T("The sender has no name or phone yet."),
            T("Fill in [sender] and run: config apply"),
        )
    if parcel.route != Route.PLATFORM:
        return ours
    place = tx.execute(
        select(shop_accounts.c.sender).where(
            shop_accounts.c.shop_id == parcel.shop_id,
            shop_accounts.c.account_id == parcel.account,
        )
    ).scalar()
    theirs = Address.from_dict(place or {})
    if not theirs.province:
        return ours
    return Address(
        name=theirs.name or ours.name,
        phone=theirs.phone or ours.phone,
        province=theirs.province,
        city=theirs.city,
        district=theirs.district,
        street=theirs.street,
        address=theirs.address,
    )
