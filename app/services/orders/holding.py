"""Holds: rows with a scope, a code, a reason and the evidence. A held parcel does not move."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, insert, select, update

from app.domain.errors import UserError
from app.domain.states import HoldCode, HoldScope, OutboxKind, OutboxState
from app.domain.text import T, Text
from app.services import records
from app.services.telling import outbox_rows
from app.services.workplace import Workplace
from app.store.tables import holds, outbox, parcels

AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A hold that the facts call for. Same scope, code and evidence = the same hold.

    ``also`` is asked for when the hold is set, and kept with the evidence as it was then; it makes
    no other hold.
    """

    scope: HoldScope
    code: HoldCode
    reason: Text
    order_line_id: str | None = None
    evidence: Mapping[str, Any] | None = None
    also: Callable[[], Mapping[str, Any]] | None = None

    @property
    def fingerprint(self) -> str:
        text = json.dumps(self.evidence, sort_keys=True, ensure_ascii=False, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


# Holds that follow from the order itself: set and cleared by what the shop says.
FROM_ORDER = frozenset(
    {
        HoldCode.REFUND,
        HoldCode.ADDRESS_CHANGE,
        HoldCode.SKU_CHANGE,
        HoldCode.PRESALE,
        HoldCode.GIFT_PENDING,
        HoldCode.SPECIAL,
        HoldCode.UNMAPPED,
    }
)


def put(
    tx: Connection,
    work: Workplace,
    wanted: Wanted,
    *,
    order_id: str | None = None,
    parcel_id: str | None = None,
) -> bool:
    """Set a hold unless the same one is set. Returns whether a row was written.

    A hold that a person released for this very evidence does not come back.
    """
    place = _place(wanted, order_id, parcel_id)
    same = tx.execute(
        select(holds.c.id, holds.c.cleared_at, holds.c.cleared_by, holds.c.fingerprint).where(
            place, holds.c.code == wanted.code
        )
    ).all()
    for row in same:
        if row.cleared_at is None and row.fingerprint == wanted.fingerprint:
            return False
        if row.cleared_by not in {"", AUTO} and row.fingerprint == wanted.fingerprint:
            return False
    _end(tx, work, [r.id for r in same if r.cleared_at is None], AUTO, "replaced")
    tx.execute(
        insert(holds).values(
            id=work.key(),
            scope=wanted.scope,
            order_id=order_id if wanted.scope is HoldScope.ORDER else None,
            order_line_id=wanted.order_line_id if wanted.scope is HoldScope.LINE else None,
            parcel_id=parcel_id if wanted.scope is HoldScope.PARCEL else None,
            code=wanted.code,
            reason=wanted.reason.as_json(),
            evidence={**(wanted.evidence or {}), **(wanted.also() if wanted.also else {})} or None,
            set_by=work.user or AUTO,
            set_at=work.now(),
            fingerprint=wanted.fingerprint,
        )
    )
    records.note(
        tx,
        work,
        "hold",
        order_id=order_id,
        parcel_id=parcel_id,
        detail={"code": wanted.code.value, "scope": wanted.scope.value},
    )
    return True


def released_by_person(tx: Connection, wanted: Wanted, parcel_id: str) -> bool:
    """Whether a person let this parcel go on for this very evidence."""
    found = tx.execute(
        select(holds.c.id).where(
            _place(wanted, None, parcel_id),
            holds.c.code == wanted.code,
            holds.c.fingerprint == wanted.fingerprint,
            holds.c.cleared_at.is_not(None),
            holds.c.cleared_by.not_in(["", AUTO]),
        )
    )
    return found.first() is not None


def settle(
    tx: Connection,
    work: Workplace,
    order_id: str,
    line_ids: Sequence[str],
    wanted: Sequence[Wanted],
) -> None:
    """Make the order's own holds exactly ``wanted``: new ones are set, outdated ones cleared."""
    keep = {(w.scope, w.order_line_id, w.code) for w in wanted}
    rows = tx.execute(
        select(holds).where(
            holds.c.cleared_at.is_(None),
            holds.c.code.in_(FROM_ORDER),
            (holds.c.order_id == order_id) | holds.c.order_line_id.in_(line_ids),
        )
    ).all()
    gone = [
        r.id for r in rows if (HoldScope(r.scope), r.order_line_id, HoldCode(r.code)) not in keep
    ]
    _end(tx, work, gone, AUTO, "settled")
    for want in wanted:
        put(tx, work, want, order_id=order_id)


def clear(tx: Connection, work: Workplace, code: HoldCode, *, parcel_id: str, why: str) -> None:
    """End the parcel's own holds with this code, because the facts changed."""
    rows = tx.execute(
        select(holds.c.id).where(
            holds.c.cleared_at.is_(None), holds.c.code == code, holds.c.parcel_id == parcel_id
        )
    ).scalars()
    _end(tx, work, list(rows), AUTO, why)


def end_all(tx: Connection, work: Workplace, *, parcel_id: str, why: str) -> None:
    """End every hold of the parcel's own: nothing is left that it could keep back."""
    rows = tx.execute(
        select(holds.c.id).where(holds.c.cleared_at.is_(None), holds.c.parcel_id == parcel_id)
    ).scalars()
    _end(tx, work, list(rows), AUTO, why)


def end_on_line(
    tx: Connection, work: Workplace, code: HoldCode, order_line_id: str, why: str
) -> None:
    """End the line's holds with this code, because the facts changed."""
    rows = tx.execute(
        select(holds.c.id).where(
            holds.c.cleared_at.is_(None),
            holds.c.code == code,
            holds.c.order_line_id == order_line_id,
        )
    ).scalars()
    _end(tx, work, list(rows), AUTO, why)


def end_due_presales(tx: Connection, work: Workplace) -> int:
    """End the presale holds whose day has come; returns how many."""
    rows = tx.execute(
        select(holds.c.id, holds.c.evidence).where(
            holds.c.cleared_at.is_(None), holds.c.code == HoldCode.PRESALE
        )
    ).all()
    now = work.now().isoformat()
    due = [r.id for r in rows if r.evidence and "" < r.evidence.get("due_at", "") <= now]
    _end(tx, work, due, AUTO, "due")
    return len(due)


def hold_by_person(tx: Connection, work: Workplace, parcel_id: str, reason: str) -> None:
    """A person puts a parcel on hold."""
    _must_exist(tx, parcel_id)
    reason = reason.strip()
    if not reason:
        raise UserError(
            "no_reason", T("A hold needs a reason."), T("Say in a few words why."), ref=parcel_id
        )
    wanted = Wanted(
        HoldScope.PARCEL,
        HoldCode.MANUAL,
        Text("{text}", {"text": reason}),
        evidence={"reason": reason, "at": work.now().isoformat()},
    )
    put(tx, work, wanted, parcel_id=parcel_id)
    records.refresh_orders(tx, records.orders_of(tx, [parcel_id]))


def release_by_person(tx: Connection, work: Workplace, parcel_id: str) -> list[HoldCode]:
    """A person releases what may be released by a person; returns the codes released.

    Raises ``UserError`` (``hold_stays``) when every hold needs the shop or stock to change first.
    """
    _must_exist(tx, parcel_id)
    found = records.active_holds(tx, parcel_id)
    free = [r for r in found if HoldCode(r.code) in RELEASABLE]
    if found and not free:
        raise UserError(
            "hold_stays",
            T("This hold ends by itself when its cause is gone."),
            REMEDIES[HoldCode(found[0].code)],
            ref=parcel_id,
        )
    _end(tx, work, [r.id for r in free], work.user or "person", "released")
    if any(r.code == HoldCode.REPORT_REFUSED for r in free):
        # Released means: tell the shop again. A refused message must never be forgotten.
        tx.execute(
            update(outbox)
            .where(
                outbox.c.parcel_id == parcel_id,
                outbox.c.kind.in_([OutboxKind.SHIP, OutboxKind.EXTRA, OutboxKind.EXCHANGE]),
                outbox.c.state == OutboxState.REFUSED,
            )
            .values(state=OutboxState.PENDING, next_at=work.now(), done_at=None)
        )
    records.note(tx, work, "release", parcel_id=parcel_id, detail={"codes": [r.code for r in free]})
    records.refresh_orders(tx, records.orders_of(tx, [parcel_id]))
    return [HoldCode(r.code) for r in free]


RELEASABLE = frozenset(
    {
        HoldCode.PRESALE,
        HoldCode.SPECIAL,
        HoldCode.MANUAL,
        HoldCode.BLACKLIST,
        HoldCode.OUT_OF_RANGE,
        HoldCode.REPORT_REFUSED,
    }
)

REMEDIES: Mapping[HoldCode, Text] = {
    HoldCode.REFUND: T("Settle the after-sale in the shop first."),
    HoldCode.ADDRESS_CHANGE: T("Answer the address request; a label made before is voided."),
    HoldCode.SKU_CHANGE: T("Accept or reject the buyer's change first."),
    HoldCode.PRESALE: T("It goes on by itself when it is due; you may release it earlier."),
    HoldCode.GIFT_PENDING: T("The gift must be accepted by its receiver first."),
    HoldCode.SHORT: T("Receive stock; the parcel goes on by itself."),
    HoldCode.UNMAPPED: T("Say which item on the shelf this listing is."),
    HoldCode.OUT_OF_RANGE: T("Choose another carrier."),
    HoldCode.NO_ACCOUNT: T("Add an account for this carrier, or choose another carrier."),
    HoldCode.SPECIAL: T("Read what is special about it, then release it."),
    HoldCode.BLACKLIST: T("Check the buyer, then release it."),
    HoldCode.REPORT_REFUSED: T("Read what the shop said, then release it or take it back."),
    HoldCode.MANUAL: T("Release it when the reason is gone."),
}


def exists_on_parcel(code: HoldCode) -> ColumnElement[bool]:
    """SQL: the parcel (of the enclosing query) has its own active hold with this code."""
    return exists().where(
        and_(
            holds.c.parcel_id == parcels.c.id,
            holds.c.code == code,
            holds.c.cleared_at.is_(None),
        )
    )


def _place(wanted: Wanted, order_id: str | None, parcel_id: str | None) -> ColumnElement[bool]:
    match wanted.scope:
        case HoldScope.ORDER:
            return and_(holds.c.scope == HoldScope.ORDER, holds.c.order_id == order_id)
        case HoldScope.LINE:
            return and_(
                holds.c.scope == HoldScope.LINE, holds.c.order_line_id == wanted.order_line_id
            )
        case HoldScope.PARCEL:
            return and_(holds.c.scope == HoldScope.PARCEL, holds.c.parcel_id == parcel_id)


def _end(tx: Connection, work: Workplace, ids: Sequence[str], who: str, why: str) -> None:
    if ids:
        tx.execute(
            update(holds)
            .where(holds.c.id.in_(ids), holds.c.cleared_at.is_(None))
            .values(cleared_at=work.now(), cleared_by=who, cleared_why=why)
        )
        outbox_rows.wake(tx, work, ids)


def _must_exist(tx: Connection, parcel_id: str) -> None:
    if tx.execute(select(parcels.c.id).where(parcels.c.id == parcel_id)).scalar() is None:
        raise UserError(
            "no_such_parcel",
            T("There is no parcel {parcel}.", parcel=parcel_id),
            T("List them with: parcels list"),
            ref=parcel_id,
        )
