"""Another address for one parcel's label, where the order's cannot be used as it is.

The order keeps what the shop says. The correction is kept sealed, for this parcel only, and it
ends by itself when the buyer changes the address: then the order's word counts again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from app.domain.address import Address, clean_address
from app.domain.errors import UserError
from app.domain.regions import province_name
from app.domain.states import HoldCode, ParcelState, Route
from app.domain.text import T, Text
from app.services import records
from app.services.numbers import booking as bookings
from app.services.orders import corrected, holding, receivers
from app.services.orders.request_answers import propose_address
from app.services.parcels import checking, parcel_moves
from app.services.workplace import Workplace
from app.store.tables import address_corrections, parcels

_OPEN = (ParcelState.TO_CHECK, ParcelState.TO_LABEL)


@dataclass(frozen=True, slots=True)
class Editable:
    """What an editor begins with. ``token`` goes back with the answer.

    ``receiver`` is in clear where it is known without asking the shop; what is not known is
    empty then, and ``hidden`` is set. ``proposes``: the buyer is asked, the platform prints.
    """

    parcel: str
    order_id: str
    receiver: Address
    token: str
    corrected: bool
    hidden: bool
    proposes: bool


def open_editor(work: Workplace, parcel_id: str) -> Editable:
    """What the parcel's label says now, for a person who wants to correct it; written down.

    Asks nobody and costs no decode. Raises ``UserError``: ``no_such_parcel``, ``has_number``,
    ``number_requested``, ``not_to_label``.
    """
    with work.db.write() as tx:
        parcel = _open_parcel(tx, parcel_id)
        order = bookings.first_order(tx, parcel_id)
        kept = corrected.of(tx, work, parcel_id, order.address_hash)
        receiver = kept or receivers.known(tx, work, order)
        records.note(tx, work, "address_opened", parcel_id=parcel_id, order_id=order.id)
        token = _token(tx, parcel_id, order)
    stored = Address.from_dict(order.receiver)
    hidden = receiver is None
    if receiver is None:
        receiver = replace(stored, name="", phone="", address="", street="", masked=False)
    return Editable(
        parcel_id,
        order.order_id,
        receiver,
        token,
        corrected=kept is not None,
        hidden=hidden,
        proposes=parcel.route == Route.PLATFORM,
    )


def correct(work: Workplace, parcel_id: str, receiver: Address, token: str = "") -> None:
    """Give the parcel's label another receiver. The next number is asked for with it.

    ``token`` is the editor's; when the address changed meanwhile nothing is written. For a parcel
    of the platform's route use ``propose``. Raises ``UserError``: ``address_incomplete``,
    ``changed_meanwhile``, ``platform_address``, and those of ``open_editor``.
    """
    wanted = _complete(receiver, parcel_id)
    with work.db.write() as tx:
        parcel = _open_parcel(tx, parcel_id)
        if parcel.route == Route.PLATFORM:
            raise _platform(parcel_id)
        order = bookings.first_order(tx, parcel_id)
        known = _must_be_as_seen(tx, parcel_id, order, token)
        sealed = work.sealer.seal(json.dumps(wanted.as_dict(), ensure_ascii=False))
        values = {
            "receiver_sealed": sealed,
            "order_hash": order.address_hash,
            "corrected_at": work.now(),
            "corrected_by": work.user,
        }
        if known:
            tx.execute(
                update(address_corrections)
                .where(address_corrections.c.parcel_id == parcel_id)
                .values(revision=known + 1, **values)
            )
        else:
            tx.execute(insert(address_corrections).values(parcel_id=parcel_id, **values))
        records.note(
            tx, work, "address_corrected", parcel_id=parcel_id, detail={"region": wanted.region}
        )
        _look_again(tx, work, parcel_id)
    work.changed("orders", "parcels", "waves")


def undo(work: Workplace, parcel_id: str, token: str = "") -> None:
    """The label says again what the order says.

    Raises ``UserError``: ``not_corrected``, ``changed_meanwhile`` and those of ``open_editor``.
    """
    with work.db.write() as tx:
        _open_parcel(tx, parcel_id)
        order = bookings.first_order(tx, parcel_id)
        if not _must_be_as_seen(tx, parcel_id, order, token):
            raise UserError(
                "not_corrected",
                T("The address of this parcel was not corrected."),
                T("There is nothing to take back."),
                ref=parcel_id,
            )
        tx.execute(delete(address_corrections).where(address_corrections.c.parcel_id == parcel_id))
        records.note(tx, work, "address_correction_undone", parcel_id=parcel_id)
        _look_again(tx, work, parcel_id)
    work.changed("orders", "parcels", "waves")


def propose(work: Workplace, parcel_id: str, receiver: Address) -> str:
    """Ask the buyer of a parcel of the platform's route to agree; returns the order's number.

    Waits on the network. Raises ``UserError`` like ``correct`` and what the shop refuses.
    """
    wanted = _complete(receiver, parcel_id)
    with work.db.read() as tx:
        _open_parcel(tx, parcel_id)
        order = bookings.first_order(tx, parcel_id)
    propose_address(work, order.id, wanted)
    return str(order.order_id)


def _open_parcel(tx: Connection, parcel_id: str) -> Any:
    parcel = tx.execute(
        select(parcels).where(parcels.c.id == parcel_id).with_for_update()
    ).one_or_none()
    if parcel is None:
        raise checking.no_such_parcel(parcel_id)
    if parcel.waybill_id is not None:
        raise UserError(
            "has_number",
            T("The parcel has a waybill number; its label cannot be changed any more."),
            T("Cancel the number first."),
            ref=parcel_id,
        )
    if parcel_moves.in_doubt(tx, parcel_id):
        raise UserError(
            "number_requested",
            T("A number was asked for and the answer is not clear yet."),
            T("Settle the number first: wave label, or waybill settle {parcel}", parcel=parcel_id),
            ref=parcel_id,
        )
    if parcel.state not in _OPEN:
        raise UserError(
            "not_to_label",
            T("The parcel is not waiting for a label."),
            T("Look at it with: parcels show {parcel}", parcel=parcel_id),
            ref=parcel_id,
        )
    return parcel


def _platform(parcel_id: str) -> UserError:
    return UserError(
        "platform_address",
        T("The platform prints this label and takes the address from the order."),
        T("Propose the address to the buyer; it counts when he agrees."),
        ref=parcel_id,
    )


def _token(tx: Connection, parcel_id: str, order: Any) -> str:
    return f"{order.address_hash}:{_revision(tx, parcel_id)}"


def _revision(tx: Connection, parcel_id: str) -> int:
    found = tx.execute(
        select(address_corrections.c.revision).where(address_corrections.c.parcel_id == parcel_id)
    ).scalar()
    return int(found or 0)


def _must_be_as_seen(tx: Connection, parcel_id: str, order: Any, token: str) -> int:
    """The revision of the correction there is, 0 for none."""
    if token and token != _token(tx, parcel_id, order):
        raise UserError(
            "changed_meanwhile",
            T("The address was changed meanwhile."),
            T("Look at the address as it is now, then correct it again."),
            ref=parcel_id,
        )
    return _revision(tx, parcel_id)


def _complete(receiver: Address, parcel_id: str) -> Address:
    """The receiver cleaned, its province under its full name, and nothing missing."""
    wanted = clean_address(receiver)
    wanted = replace(wanted, province=province_name(wanted.province), masked=False)
    missing = [str(word) for part, word in _NEEDED.items() if not getattr(wanted, part)]
    hidden = any("*" in part for part in (wanted.name, wanted.phone, wanted.address))
    if missing:
        raise UserError(
            "address_incomplete",
            T("The address lacks: {parts}.", parts=", ".join(missing)),
            T("Fill it in, then save again."),
            ref=parcel_id,
        )
    if hidden:
        raise UserError(
            "address_incomplete",
            T("Name, phone or address still hold asterisks."),
            T("Write them out, then save again."),
            ref=parcel_id,
        )
    return wanted


_NEEDED: dict[str, Text] = {
    "name": T("name"),
    "phone": T("phone number"),
    "province": T("province"),
    "city": T("city"),
    "address": T("street and house number"),
}


def _look_again(tx: Connection, work: Workplace, parcel_id: str) -> None:
    """The parcel goes to another place now: the rules decide anew, unless a person has decided.

    What was said of the old place is over.
    """
    holding.clear(tx, work, HoldCode.OUT_OF_RANGE, parcel_id=parcel_id, why="another place")
    checking.choose_again(tx, work, parcel_id)
    tx.execute(
        update(parcels)
        .where(parcels.c.id == parcel_id)
        .values(
            state=ParcelState.TO_CHECK,
            failure=None,
            changed_at=work.now(),
            revision=parcels.c.revision + 1,
        )
    )
    checking.advance(tx, work, parcel_id)
    records.refresh_orders(tx, records.orders_of(tx, [parcel_id]))
