"""When a parcel begins to be followed, and when that ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, or_, select, update

from app.domain.following import FIRST_POLL, FOLLOWED_FOR
from app.domain.states import ParcelState
from app.services.numbers.shipment_numbers import MOTHER
from app.services.tracking import storing
from app.services.tracking.answering import Answering
from app.services.tracking.limits import limits_in
from app.services.workplace import Workplace
from app.store.inserting import insert_if_new
from app.store.tables import parcels, track_events, tracks, waybills

_LEFT = (ParcelState.TO_REPORT, ParcelState.SHIPPED)
_AT_ONCE = 500


def begin(tx: Connection, work: Workplace, parcel_id: str, waybill: Any) -> None:
    """Follow the parcel under ``waybill`` from now on, and under no other number of it.

    A shipment of several boxes is followed by its mother number. Who is asked is decided by the
    poller; events that were told before (a push may be early) are kept.
    """
    tx.execute(
        delete(tracks).where(tracks.c.parcel_id == parcel_id, tracks.c.waybill_id != waybill.id)
    )
    now = work.now()
    known = tx.execute(select(tracks.c.waybill_id).where(tracks.c.waybill_id == waybill.id)).first()
    if known is not None:
        tx.execute(
            update(tracks)
            .where(tracks.c.waybill_id == waybill.id)
            .values(next_at=now, ended_at=None, news_at=now)
        )
        return
    _insert(tx, work, parcel_id, waybill)


def _insert(tx: Connection, work: Workplace, parcel_id: str, waybill: Any) -> None:
    now = work.now()
    handed_at = getattr(waybill, "shipped_at", None) or now
    new = insert(tracks).values(
        waybill_id=waybill.id,
        parcel_id=parcel_id,
        carrier=waybill.carrier,
        number=waybill.number,
        account="",
        next_at=max(now, handed_at + FIRST_POLL / limits_in(tx).faster),
        handed_at=handed_at,
        news_at=now,
    )
    if not insert_if_new(tx, new):  # another bench begins with it at the same moment
        return
    early = select(track_events.c.id).where(track_events.c.waybill_id == waybill.id)
    if tx.execute(early).first() is not None:
        row = tx.execute(select(tracks).where(tracks.c.waybill_id == waybill.id)).one()
        storing.refresh(tx, work, row, None)


def stop(tx: Connection, parcel_id: str) -> None:
    """The parcel was taken back before it left: nobody asks for it. Its events stay."""
    tx.execute(delete(tracks).where(tracks.c.parcel_id == parcel_id))


def adopt(work: Workplace) -> int:
    """Follow what left without being followed: before this version, or by another program.

    Returns how many. A few hundred a transaction; run it when a poller starts.
    """
    adopted = 0
    while True:
        with work.db.write() as tx:
            found = tx.execute(
                select(parcels.c.shipped_at, waybills)
                .join(waybills, waybills.c.id == parcels.c.waybill_id)
                .outerjoin(tracks, tracks.c.waybill_id == waybills.c.id)
                .where(
                    parcels.c.state.in_(_LEFT),
                    parcels.c.shipped_at >= work.now() - FOLLOWED_FOR,
                    waybills.c.kind == MOTHER,
                    tracks.c.waybill_id.is_(None),
                )
                .limit(_AT_ONCE)
            ).all()
            for row in found:
                _insert(tx, work, row.parcel_id, row)
        adopted += len(found)
        if len(found) < _AT_ONCE:
            return adopted


def assign(work: Workplace, who: Answering) -> None:
    """Give every followed parcel to an account that answers, where there is one.

    Parcels of an account that is gone are given to another, or to nobody.
    """
    gone = and_(
        tracks.c.account != "",
        tracks.c.account.not_in(who.accounts),
        tracks.c.ended_at.is_(None),
    )
    _set_account(work, gone, "")
    assign_new(work, who)


def assign_new(work: Workplace, who: Answering) -> None:
    """Like ``assign`` for parcels that nobody is asked about, by the account that gave them."""
    nobodys = [tracks.c.account == "", tracks.c.ended_at.is_(None)]
    if not who.for_any:  # parcels of the other companies are not even looked at
        nobodys.append(tracks.c.carrier.in_(tuple(who.own)))
    with work.db.read() as tx:
        groups = tx.execute(
            select(tracks.c.carrier, waybills.c.account)
            .join(waybills, waybills.c.id == tracks.c.waybill_id)
            .where(*nobodys)
            .distinct()
        ).all()
    for group in groups:
        account = who.account(group.carrier, group.account)
        given = (
            select(waybills.c.id)
            .where(waybills.c.id == tracks.c.waybill_id, waybills.c.account == group.account)
            .exists()
        )
        if account:
            _set_account(work, and_(*nobodys, tracks.c.carrier == group.carrier, given), account)


def _set_account(work: Workplace, which: ColumnElement[bool], account: str) -> None:
    """Some hundred a transaction: there may be very many after a change of the configuration."""
    while True:
        with work.db.write() as tx:
            ids = tx.execute(select(tracks.c.waybill_id).where(which).limit(_AT_ONCE)).scalars()
            found = list(ids)
            tx.execute(
                update(tracks)
                .where(tracks.c.waybill_id.in_(found))
                .values(account=account, news_at=work.now())
            )
        if len(found) < _AT_ONCE:
            return


def hand_on(work: Workplace, waybill_ids: Sequence[str], account: str) -> None:
    """Another account is asked about these from now on, and soon."""
    with work.db.write() as tx:
        tx.execute(
            update(tracks)
            .where(tracks.c.waybill_id.in_(waybill_ids), tracks.c.ended_at.is_(None))
            .values(account=account, failures=0, next_at=work.now(), news_at=work.now())
        )


def promise(tx: Connection, work: Workplace, waybill_id: str, arrives_by: Any) -> None:
    """When the buyer or the carrier's quote expects the parcel; it is slow from then on."""
    tx.execute(
        update(tracks)
        .where(
            tracks.c.waybill_id == waybill_id,
            or_(tracks.c.promised_at.is_(None), tracks.c.promised_at != arrives_by),
        )
        .values(promised_at=arrives_by, news_at=work.now())
    )
