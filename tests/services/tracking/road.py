"""Parcels that have left, and the simulated carriers that move them on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select, update

from app.domain.states import Route
from app.jobs import CancelToken
from app.services.numbers.labelling import label_parcels
from app.services.parcels.parcel_queries import ParcelRow, parcel_rows
from app.services.parcels.shipping import ship
from app.services.telling import outbox
from app.services.tracking.polling import Poller, Round
from app.store.tables import accounts, tracks
from tests.services import truth
from tests.support.warehouse import Bench

CARRIERS = ("sf", "zto", "yunda")


def sent(bench: Bench, carrier: str, most: int = 1, *, told: bool = True) -> list[ParcelRow]:
    """Direct parcels of ``carrier`` that have left; ``told``: the shop has heard of it."""
    rows = truth.ready(bench, Route.DIRECT, carrier)[:most]
    assert rows, f"no direct parcel of {carrier}"
    ids = [r.id for r in rows]
    label_parcels(bench.work, ids)
    assert all(r.ok for r in ship(bench.work, parcel_ids=ids, unpacked=True))
    if told:
        outbox.drain(bench.work, everything=True)
    return parcel_rows(bench.work, ids)


def move(bench: Bench, row: ParcelRow, steps: int = 1) -> None:
    """Let the carrier scan the parcel so many times, now."""
    getattr(bench.world, row.carrier).advance(row.waybill, steps)


def report(bench: Bench, row: ParcelRow, code: str, text: str) -> None:
    """Let the carrier tell something of its own, now."""
    getattr(bench.world, row.carrier).report(row.waybill, code, text)


def poll(bench: Bench, poller: Poller | None = None) -> Round:
    """Everything that is due, once."""
    return (poller or Poller(bench.work)).round(CancelToken())


def pass_hours(bench: Bench, hours: float, every: float = 1.0) -> None:
    """Let the time go by with the poller at work."""
    poller = Poller(bench.work)
    passed = 0.0
    while passed < hours:
        bench.clock.advance(hours=min(every, hours - passed))
        passed += every
        poll(bench, poller)


def track_of(bench: Bench, row: ParcelRow) -> Any:
    with bench.work.db.read() as tx:
        return tx.execute(select(tracks).where(tracks.c.parcel_id == row.id)).one()


def state_of(bench: Bench, row: ParcelRow) -> str:
    (now,) = parcel_rows(bench.work, [row.id])
    return now.state


def calls(bench: Bench, carrier: str) -> int:
    """How often the carrier was asked for tracks."""
    service = {
        "sf": "EXP_RECE_SEARCH_ROUTES",
        "zto": "zto.merchant.waybill.track.query",
        "yunda": "/openapi/outer/logictis/query",
    }[carrier]
    return int(getattr(bench.world, carrier).counts.get(service, 0))


def numbers(rows: Iterable[ParcelRow]) -> list[str]:
    return [r.waybill for r in rows]


def switch(bench: Bench, carrier: str, *, on: bool) -> None:
    """Take the accounts of a carrier out of use, or back into it."""
    with bench.work.db.write() as tx:
        tx.execute(update(accounts).where(accounts.c.carrier == carrier).values(active=on))
