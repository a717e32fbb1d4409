"""What one parcel would cost with each carrier: asked from those that answer, and by our tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.domain.address import Address
from app.domain.errors import PackbenchError
from app.domain.routing import Account
from app.domain.text import Text
from app.domain.waybills import Booking
from app.ports.carriers import Quoting, has
from app.ports.waybills import Capability
from app.services.money.prices import Estimator, read_estimator
from app.services.numbers import booking as bookings
from app.services.parcels.checking import no_such_parcel
from app.services.parcels.placing import read_placing
from app.services.workplace import Workplace
from app.store.tables import accounts, parcels

ASKED, TABLE = "asked", "table"


@dataclass(frozen=True, slots=True)
class QuoteRow:
    """One price. ``source`` is ``asked`` or ``table``; without ``fee_fen`` the message says why."""

    carrier: str
    account: str
    source: str
    product: str = ""
    product_name: str = ""
    fee_fen: int | None = None
    arrives_by: datetime | None = None
    code: str = ""
    message: Text | None = None
    remedy: Text | None = None

    @property
    def failed(self) -> bool:
        return self.message is not None


def quotes(work: Workplace, parcel_id: str) -> list[QuoteRow]:
    """All prices known for the parcel, the cheapest first. Books nothing; waits on the network.

    No address is decoded for this: carriers are asked with the place the shop shows.
    Raises ``UserError``: ``no_such_parcel``, ``no_sender``.
    """
    with work.db.read() as tx:
        parcel = tx.execute(select(parcels).where(parcels.c.id == parcel_id)).one_or_none()
        if parcel is None:
            raise no_such_parcel(parcel_id)
        usable = read_placing(tx, parcel.shop_id, work.now()).ways.accounts
        direct = tx.execute(
            select(accounts.c.name, accounts.c.company)
            .where(accounts.c.active, accounts.c.company != "")
            .order_by(accounts.c.position)
        ).all()
        estimator = read_estimator(tx, work.now())
        to = bookings.receiver_of(tx, work, parcel_id)
    booking, _ = bookings.build(work, parcel_id, work.key(), decode=False)
    booking = _place_only(booking)
    both = [*usable, *(Account(r.company, r.name) for r in direct)]
    known = {(a.company, a.name): a for a in both}
    rows = [
        *_by_tables(estimator, list(known.values()), parcel, to),
        *(row for r in direct for row in _asked(work, r.name, r.company, booking)),
    ]
    return sorted(rows, key=lambda row: (row.fee_fen is None, row.fee_fen or 0, row.account))


def _place_only(booking: Booking) -> Booking:
    """A price depends on the place alone: nothing else of the buyer leaves for it.

    Carriers refuse masked people, so the sender's own name and phone stand in.
    """
    to = booking.receiver
    street = to.street if "*" not in to.street else ""
    place = Address(
        name=booking.sender.name,
        phone=booking.sender.phone,
        province=to.province,
        city=to.city,
        district=to.district,
        street=street,
        address=to.district or to.city,
    )
    return replace(booking, receiver=place)


def _by_tables(
    estimator: Estimator, found: list[Account], parcel: Any, to: Address
) -> Iterator[QuoteRow]:
    weight_g = parcel.weight_g or parcel.expected_weight_g
    for account in found:
        priced = estimator.estimate(
            account.name,
            account.company,
            (to.province, to.city),
            weight_g,
            weighed=bool(parcel.weight_g),
        )
        if priced is not None:
            name = f"{priced.table} {priced.fee.zone}"
            fen = priced.fee.fen
            yield QuoteRow(account.company, account.name, TABLE, product_name=name, fee_fen=fen)


def _asked(work: Workplace, account: str, company: str, booking: Booking) -> Iterator[QuoteRow]:
    try:
        source = work.outside.carrier(account)
    except PackbenchError as error:
        yield QuoteRow(
            company,
            account,
            ASKED,
            code=error.code,
            message=error.message,
            remedy=error.remedy,
        )
        return
    if not isinstance(source, Quoting) or not has(source, Capability.QUOTE):
        return
    answer = source.quote(replace(booking, carrier=company, account={}, product=""))
    if answer.problem is not None:
        problem = answer.problem
        yield QuoteRow(
            company,
            account,
            ASKED,
            code=problem.kind.value,
            message=problem.message,
            remedy=problem.remedy,
        )
    for quote in answer.quotes:
        yield QuoteRow(
            company,
            account,
            ASKED,
            quote.product,
            quote.product_name,
            quote.fee_fen,
            quote.arrives_by,
        )
