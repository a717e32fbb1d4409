"""A trial of rules on the last parcels: who would carry them, why, and what that would cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, select

from app.domain.prices import PriceTable
from app.domain.routing import Decision, Facts, Rule
from app.domain.states import ParcelState
from app.domain.text import Text
from app.services.money.prices import Estimator, Priced, read_estimator
from app.services.parcels import checking, parcel_moves
from app.services.parcels.placing import Placing, read_placing, read_rules
from app.services.workplace import Workplace
from app.store.tables import order_lines, orders, parcel_lines, parcels


@dataclass(frozen=True, slots=True)
class TrialRow:
    """One parcel: as it goes now, and as it would go. ``then`` is ``""`` when nobody could."""

    parcel: str
    orders: tuple[str, ...]
    now: str
    account_now: str
    then: str
    account_then: str
    reason: Text | None
    steps: tuple[Text, ...]
    fee_fen_now: int | None
    fee_fen_then: int | None
    by_hand: bool  # a person chose what it has now

    @property
    def changes(self) -> bool:
        return self.now != self.then


@dataclass(frozen=True, slots=True)
class CarrierTrial:
    """One carrier in the trial. Fees are of the parcels for which both sides are known."""

    carrier: str
    now: int
    then: int


@dataclass(frozen=True, slots=True)
class Trial:
    """All rows and what they come to. Fees only count parcels with a price on both sides."""

    rows: tuple[TrialRow, ...]

    @property
    def by_carrier(self) -> tuple[CarrierTrial, ...]:
        codes = dict.fromkeys(c for r in self.rows for c in (r.now, r.then))
        return tuple(
            CarrierTrial(
                code, sum(r.now == code for r in self.rows), sum(r.then == code for r in self.rows)
            )
            for code in codes
        )

    @property
    def priced(self) -> int:
        return len(self._both())

    @property
    def fee_fen_now(self) -> int:
        return sum(now for now, _ in self._both())

    @property
    def fee_fen_then(self) -> int:
        return sum(then for _, then in self._both())

    def _both(self) -> list[tuple[int, int]]:
        return [
            (r.fee_fen_now, r.fee_fen_then)
            for r in self.rows
            if r.fee_fen_now is not None and r.fee_fen_then is not None
        ]


def try_rules(
    work: Workplace,
    rules: Sequence[Rule] | None = None,
    last: int = 50,
    prices: Sequence[PriceTable] | None = None,
) -> Trial:
    """What ``rules`` (``None``: those in use) would do with the last parcels. Changes nothing.

    Conditions of time look at the moment a parcel was made. ``prices``: other tables than those
    in use.
    """
    with work.db.read() as tx:
        chosen = read_rules(tx) if rules is None else rules
        estimator = read_estimator(tx, work.now())
        if prices is not None:
            estimator = Estimator(prices, estimator.day)
        placings: dict[str, Placing] = {}
        found = tx.execute(
            select(parcels)
            .where(parcels.c.state != ParcelState.CANCELLED)
            .order_by(parcels.c.created_at.desc(), parcels.c.id.desc())
            .limit(last)
        ).all()
        rows = []
        for parcel in found:
            facts = checking.facts_of(tx, work, parcel.id)
            if facts is None:
                continue  # no address yet: nothing to decide
            if parcel.shop_id not in placings:
                placing = read_placing(tx, parcel.shop_id, work.now())
                placings[parcel.shop_id] = placing.by(chosen)
            decided = placings[parcel.shop_id].place(_at(facts, parcel)).decision
            rows.append(_row(tx, parcel, facts, decided, estimator))
    return Trial(tuple(rows))


def _at(facts: Facts, parcel: Any) -> Facts:
    return replace(facts, at=parcel.created_at)


def _row(
    tx: Connection, parcel: Any, facts: Facts, decided: Decision, estimator: Estimator
) -> TrialRow:
    then = decided.choice.carrier if decided.choice is not None else ""
    now, account = parcel.carrier or "", parcel.account or ""
    return TrialRow(
        parcel=parcel.id,
        orders=tuple(_orders_of(tx, parcel.id)),
        now=now if account else "",
        account_now=account,
        then=then,
        account_then=decided.account,
        reason=decided.choice.reason if decided.choice is not None else None,
        steps=tuple(step.sentence for step in decided.steps),
        fee_fen_now=_fen(_fee(estimator, parcel, facts, now, account)) if account else None,
        fee_fen_then=_fen(_fee(estimator, parcel, facts, then, decided.account)) if then else None,
        by_hand=parcel_moves.by_hand(parcel),
    )


def _orders_of(tx: Connection, parcel_id: str) -> list[str]:
    rows = tx.execute(
        select(orders.c.order_id)
        .join(order_lines, order_lines.c.order_id == orders.c.id)
        .join(parcel_lines, parcel_lines.c.order_line_id == order_lines.c.id)
        .where(parcel_lines.c.parcel_id == parcel_id)
        .distinct()
        .order_by(orders.c.order_id)
    )
    return [r.order_id for r in rows]


def _fee(
    estimator: Estimator, parcel: Any, facts: Facts, carrier: str, account: str
) -> Priced | None:
    return estimator.estimate(
        account,
        carrier,
        (facts.province, facts.city),
        parcel.weight_g or parcel.expected_weight_g,
        weighed=bool(parcel.weight_g),
    )


def _fen(priced: Priced | None) -> int | None:
    return None if priced is None else priced.fee.fen
