"""The receiver in clear and the buyer's virtual number: for one person's eyes, and counted.

What is decoded is kept encrypted, so that an order costs one decode at most. Who looked, when and
why is written down; what was seen never is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, case, insert, select, update

from app.domain.address import Address
from app.domain.errors import PackbenchError, UserError
from app.domain.orders import VirtualNumber
from app.domain.text import T
from app.services import read_only, records
from app.services.leases import turn
from app.services.orders import queries, secret_words
from app.services.workplace import Workplace
from app.store.inserting import insert_if_new
from app.store.tables import order_secrets, orders, quotas, shops

_SHOP_DAY = timedelta(hours=8)  # quotas of the platform end with the business day in UTC+8
DECODE_PER_DAY = 30

# Only after these may the platform have counted: its answer was lost, or could not be used.
_SPENT = frozenset({"shop_no_answer", "decode_spent", "virtual_number"})
_USED_UP = "decode_quota"


@dataclass(frozen=True, slots=True)
class Revealed:
    """The receiver in clear, and what it cost: clear addresses ``used`` of ``limit`` today."""

    order_id: str
    receiver: Address
    used: int
    limit: int


def reveal(work: Workplace, order: str, why: str) -> Revealed:
    """The receiver in clear for a person who says why. Waits on the network.

    Raises ``UserError``: ``no_such_order``, ``no_reason``, ``decode_quota``, ``shop_read_only``,
    ``no_receiver``; ``RetryableError`` when the shop cannot be asked now.
    """
    stored = order_of(work, order)
    why = why.strip()
    if not why:
        raise UserError(
            "no_reason",
            T("Looking at an address in clear needs a reason."),
            T("Say in a few words why: --reason"),
            ref=stored.order_id,
        )
    receiver = clear(work, stored.id)
    with work.db.write() as tx:
        records.note(tx, work, "revealed", order_id=stored.id, detail={"why": why[:200]})
    used, limit = quota(work, stored.shop_id)
    return Revealed(stored.order_id, receiver, used, limit)


def clear(work: Workplace, our_id: str) -> Address:
    """The receiver in clear: as it came, from the encrypted copy, else decoded once by the shop.

    Raises ``UserError`` (``decode_quota``) when the shop's decodes of the day are used up,
    ``RetryableError`` (``busy_elsewhere``) when another program is asking and does not end.
    """
    with work.db.read() as tx:
        order = tx.execute(select(orders).where(orders.c.id == our_id)).one()
        found = known(tx, work, order)
    if found is not None:
        return found
    stored = Address.from_dict(order.receiver)
    if not stored.province and not stored.name:
        raise UserError(
            "no_receiver",
            T("The order has no receiver yet."),
            T("A gift has one when it is accepted."),
            ref=order.order_id,
        )
    with turn(work, f"decode:{our_id}"):
        with work.db.read() as tx:  # two parcels of one order at the same moment: one has asked
            order = tx.execute(select(orders).where(orders.c.id == our_id)).one()
            found = known(tx, work, order)
        return found if found is not None else _decoded(work, order)


def _decoded(work: Workplace, order: Any) -> Address:
    """Ask the shop, and keep what it says."""
    our_id = order.id
    receiver = _decode(work, order)
    sealed = work.sealer.seal(json.dumps(receiver.as_dict(), ensure_ascii=False))
    values = {
        "receiver_sealed": sealed,
        "address_hash": order.address_hash,
        "decoded_at": work.now(),
        "decoded_by": work.user,
    }
    with work.db.write() as tx:
        done = tx.execute(
            update(order_secrets).where(order_secrets.c.order_id == our_id).values(**values)
        )
        if done.rowcount == 0:
            tx.execute(insert(order_secrets).values(order_id=our_id, **values))
        secret_words.put(tx, work, our_id, receiver)
        records.note(tx, work, "decoded", order_id=our_id)
    return receiver


def known(tx: Connection, work: Workplace, order: Any) -> Address | None:
    """The receiver in clear where it costs nothing: as it came, or decoded before."""
    stored = Address.from_dict(order.receiver)
    if not stored.masked:
        return stored
    kept = tx.execute(
        select(order_secrets).where(order_secrets.c.order_id == order.id)
    ).one_or_none()
    if kept is None or kept.address_hash != order.address_hash or not kept.receiver_sealed:
        return None
    return Address.from_dict(json.loads(work.sealer.unseal(kept.receiver_sealed)))


def quota(work: Workplace, shop_id: str) -> tuple[int, int]:
    """Clear addresses of today: how many were asked for, and how many the shop allows."""
    with work.db.read() as tx:
        return decodes_today(tx, work, shop_id), _limit(tx, shop_id)


def decodes_today(tx: Connection, work: Workplace, shop_id: str) -> int:
    """How many clear addresses the shop was asked for today."""
    used = tx.execute(select(quotas.c.used).where(*_place(work, shop_id))).scalar()
    return int(used or 0)


def virtual_number(work: Workplace, order: str) -> VirtualNumber:
    """The number that reaches the buyer, asked of the shop (which counts it).

    Raises ``UserError`` (``virtual_number``) for an order without one.
    """
    stored = order_of(work, order)
    read_only.refuse(work, stored.shop_id)
    shop = work.outside.shop(stored.shop_id)
    return _keep(work, stored, shop.order_desk.virtual_number(stored.order_id), "virtual_number")


def extend(work: Workplace, order: str) -> VirtualNumber:
    """Let the virtual number live longer; the shop allows it in its last seven days.

    Asking again after a lost answer is safe: the shop is told how often it was done before.
    """
    stored = order_of(work, order)
    read_only.refuse(work, stored.shop_id)
    shop = work.outside.shop(stored.shop_id)
    times = shop.order(stored.order_id).virtual_extended
    found = shop.order_desk.extend_virtual_number(stored.order_id, times)
    return _keep(work, stored, found, "virtual_extended")


def renew(work: Workplace, order: str) -> VirtualNumber:
    """A new virtual number after the first has ended; the shop gives one, once."""
    stored = order_of(work, order)
    read_only.refuse(work, stored.shop_id)
    shop = work.outside.shop(stored.shop_id)
    return _keep(work, stored, shop.order_desk.new_virtual_number(stored.order_id), "virtual_new")


def order_of(work: Workplace, order: str) -> Any:
    """The stored order by our id or the shop's. Raises ``UserError`` (``no_such_order``)."""
    our_id = queries.known_order(work, order)
    with work.db.read() as tx:
        return tx.execute(select(orders).where(orders.c.id == our_id)).one()


def _keep(work: Workplace, order: Any, found: VirtualNumber, action: str) -> VirtualNumber:
    until_at = found.expires_at or order.virtual_until_at
    with work.db.write() as tx:
        tx.execute(
            update(orders)
            .where(orders.c.id == order.id)
            .values(virtual_number=True, virtual_until_at=until_at)
        )
        records.note(tx, work, action, order_id=order.id)
    work.changed("orders")
    return found


def _decode(work: Workplace, order: Any) -> Address:
    read_only.refuse(work, order.shop_id)
    shop = work.outside.shop(order.shop_id)
    _count(work, order.shop_id)
    try:
        return shop.clear_receiver(order.order_id)
    except PackbenchError as error:
        if error.code == _USED_UP:
            _all_used(work, order.shop_id)
        elif error.code not in _SPENT:
            _give_back(work, order.shop_id)
        raise


def _place(work: Workplace, shop_id: str) -> tuple[Any, ...]:
    day = (work.now() + _SHOP_DAY).date().isoformat()
    return (quotas.c.shop_id == shop_id, quotas.c.kind == "decode", quotas.c.day == day)


def _limit(tx: Connection, shop_id: str) -> int:
    settings = tx.execute(select(shops.c.settings).where(shops.c.id == shop_id)).scalar() or {}
    return int(settings.get("decode_per_day", DECODE_PER_DAY))


def _count(work: Workplace, shop_id: str) -> None:
    """Take one of the day's decodes before asking, so that two benches never share one."""
    place = _place(work, shop_id)
    with work.db.write() as tx:
        limit = _limit(tx, shop_id)
        _first_of_day(tx, work, shop_id)
        counted = tx.execute(
            update(quotas).where(*place, quotas.c.used < limit).values(used=quotas.c.used + 1)
        )
    if counted.rowcount != 1:
        raise UserError(
            _USED_UP,
            T("Today's {n} clear addresses of this shop are used up.", n=limit),
            T("Use the platform's label for this parcel, or wait until tomorrow."),
            ref=shop_id,
        )


def _first_of_day(tx: Connection, work: Workplace, shop_id: str) -> None:
    if tx.execute(select(quotas.c.used).where(*_place(work, shop_id))).scalar() is not None:
        return
    day = (work.now() + _SHOP_DAY).date().isoformat()
    first = {"shop_id": shop_id, "kind": "decode", "day": day, "used": 0}
    insert_if_new(tx, insert(quotas).values(**first))


def _give_back(work: Workplace, shop_id: str) -> None:
    """The platform decoded nothing: the day's count does not pay for it."""
    with work.db.write() as tx:
        tx.execute(
            update(quotas)
            .where(*_place(work, shop_id), quotas.c.used > 0)
            .values(used=quotas.c.used - 1)
        )


def _all_used(work: Workplace, shop_id: str) -> None:
    """The platform says that the day's decodes are used up, whoever used them."""
    with work.db.write() as tx:
        limit = _limit(tx, shop_id)
        tx.execute(
            update(quotas)
            .where(*_place(work, shop_id))
            .values(used=case((quotas.c.used < limit, limit), else_=quotas.c.used))
        )
