"""The people of a bad day: they answer buyers, take boxes back and look into carriers' programs."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.domain.errors import PackbenchError
from app.domain.states import HoldCode, HoldScope, OutboxKind, OutboxState, ParcelState
from app.services import records
from app.services.numbers import by_person, number_returns, voiding
from app.services.orders import holding, order_requests, request_answers
from app.services.parcels import unshipping
from app.services.parcels.parcel_queries import ParcelRow, parcel_ids, parcel_rows
from app.store.tables import outbox, waybill_requests, waybills
from tests.support.warehouse import Bench

_OPENED_BY_HAND = (HoldCode.REFUND, HoldCode.SKU_CHANGE, HoldCode.ADDRESS_CHANGE)


@dataclass(slots=True)
class Person:
    """Does what the program says has to be done by a person; counts what came of it."""

    bench: Bench
    chance: random.Random
    done: Counter[str]

    def look(self, *, eager: bool) -> None:
        """Go through everything that waits for a person. Not ``eager``: only a part of it."""
        share = 1.0 if eager else 0.3
        for row in self._rows():
            if self.chance.random() < share:
                self._parcel(row, eager=eager)
        for asked in order_requests.pending(self.bench.work):
            if self.chance.random() < share / 2:
                accept = self.chance.random() < 0.5
                answer = (
                    request_answers.answer_address
                    if asked.kind == "address"
                    else request_answers.answer_variant
                )
                self._trying(
                    f"answer {asked.kind}", answer, self.bench.work, asked.id, accept=accept
                )
        self._returns()

    def settle(self, parcel_id: str) -> None:
        """Look in the carrier's own program whether it has booked the parcel, and say so."""
        by_person.settle_by_person(self.bench.work, parcel_id, self._booked(parcel_id))

    def _rows(self) -> list[ParcelRow]:
        work = self.bench.work
        states = (
            ParcelState.TO_CHECK,
            ParcelState.TO_LABEL,
            ParcelState.TO_PICK,
            ParcelState.TO_PACK,
            ParcelState.TO_REPORT,
        )
        ids = [i for state in states for i in parcel_ids(work, state=state)]
        return [r for r in parcel_rows(work, ids) if r.holds]

    def _parcel(self, row: ParcelRow, *, eager: bool) -> None:
        work = self.bench.work
        with work.db.read() as tx:
            held = {
                HoldCode(h.code)
                for h in records.active_holds(tx, row.id)
                if h.scope == HoldScope.PARCEL
            }
        if row.state == ParcelState.TO_REPORT:
            if held == {HoldCode.REPORT_REFUSED} and not eager and self.chance.random() < 0.3:
                self._trying("release refused", self._release, row.id)
            elif held & {*_OPENED_BY_HAND, HoldCode.REPORT_REFUSED}:
                void = HoldCode.ADDRESS_CHANGE in held
                self._trying("unship", unshipping.unship, work, row.id, "changed", void=void)
            return
        if HoldCode.MANUAL in held:
            self._trying("release", self._release, row.id)
        if HoldCode.ADDRESS_CHANGE in held and row.waybill:
            self._trying("cancel number", voiding.cancel_waybill, work, row.waybill)

    def _release(self, parcel_id: str) -> None:
        with self.bench.work.db.write() as tx:
            holding.release_by_person(tx, self.bench.work, parcel_id)

    def _returns(self) -> None:
        """Numbers in doubt whose parcel is cancelled: looked up at the carrier, then given back."""
        work = self.bench.work
        with work.db.read() as tx:
            doubtful = tx.execute(
                select(outbox.c.id, outbox.c.parcel_id).where(
                    outbox.c.kind == OutboxKind.VOID, outbox.c.state == OutboxState.REFUSED
                )
            ).all()
        for row in doubtful:
            self._trying("settle lost", self._settle_lost, row)

    def _settle_lost(self, row: Any) -> None:
        self.settle(row.parcel_id)
        number_returns.acknowledge(self.bench.work, row.id)

    def _booked(self, parcel_id: str) -> str | None:
        """The number that ZTO has for the parcel and that is not known here."""
        with self.bench.work.db.read() as tx:
            keys = set(
                tx.execute(
                    select(waybill_requests.c.id).where(waybill_requests.c.parcel_id == parcel_id)
                ).scalars()
            )
            known = set(
                tx.execute(
                    select(waybills.c.number).where(waybills.c.parcel_id == parcel_id)
                ).scalars()
            )
        for order in self.bench.world.zto.orders:
            if order.partner_order_code in keys and order.bill_code not in known:
                return order.bill_code
        return None

    def _trying(self, name: str, act: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        try:
            act(*args, **kwargs)
        except PackbenchError as error:
            self.done[f"{name} {error.code}"] += 1
        else:
            self.done[name] += 1
