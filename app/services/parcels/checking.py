"""The check step: carrier, route and account decided once, with the reason kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select, update

from app.domain.address import Address
from app.domain.companies import company
from app.domain.errors import UserError
from app.domain.routing import Choice, Facts, choose
from app.domain.states import HoldCode, HoldScope, ParcelState, Route
from app.domain.text import T, Text
from app.services import records
from app.services.orders import holding
from app.services.parcels import parcel_moves
from app.services.parcels.placing import ONLY, facts_from, read_rules, route_of
from app.services.reach import guarding
from app.services.stock import allocation
from app.services.workplace import Workplace
from app.store.tables import (
    accounts,
    holds,
    order_lines,
    orders,
    parcel_lines,
    parcels,
    shop_accounts,
    shops,
    skus,
    waybill_requests,
)

_CHUNK = 10  # parcels a transaction


def advance(tx: Connection, work: Workplace, parcel_id: str) -> None:
    """Let the parcel go from ``to_check`` to ``to_label`` when nothing is in its way."""
    parcel = tx.execute(select(parcels).where(parcels.c.id == parcel_id)).one()
    if parcel.state != ParcelState.TO_CHECK:
        return
    for parted in parcel_moves.unmerge(tx, work, parcel_id):  # an order has another address now
        advance(tx, work, parted)
    reserved = allocation.reserve(tx, work, parcel_id)
    chosen = parcel.account is not None or _choose(tx, work, parcel_id)
    if chosen:
        guarding.guard(tx, work, parcel_id)
    ready = reserved and chosen and not records.active_holds(tx, parcel_id)
    if ready and _has_goods(tx, parcel_id):
        tx.execute(
            update(parcels)
            .where(parcels.c.id == parcel_id, parcels.c.state == ParcelState.TO_CHECK)
            .values(
                state=ParcelState.TO_LABEL,
                changed_at=work.now(),
                revision=parcels.c.revision + 1,
            )
        )
        records.note(tx, work, "checked", parcel_id=parcel_id)


def recheck(work: Workplace) -> int:
    """Look at every parcel that waits for the check again; returns how many went on.

    For after stock came in, a rule or an account was added, or a presale became due.
    """
    with work.db.write() as tx:
        ended = holding.end_due_presales(tx, work)
        waiting = list(
            tx.execute(
                select(parcels.c.id)
                .where(parcels.c.state == ParcelState.TO_CHECK)
                .order_by(parcels.c.deadline_at, parcels.c.id)
            ).scalars()
        )
    gone_on, changed = 0, False
    for start in range(0, len(waiting), _CHUNK):
        with work.db.write() as tx:
            chunk = waiting[start : start + _CHUNK]
            before = _standing(tx, chunk)
            for parcel_id in chunk:
                advance(tx, work, parcel_id)
            after = _standing(tx, chunk)
            moved = [parcel_id for parcel_id in chunk if before[parcel_id] != after[parcel_id]]
            gone_on += sum(after[p].state == ParcelState.TO_LABEL for p in moved)
            # A presale that fell due may leave other holds on a parcel that stays where it was.
            records.refresh_orders(tx, records.orders_of(tx, chunk if ended else moved))
            changed = changed or bool(moved)
    if changed or ended:
        work.changed("orders", "parcels", "stock")
    return gone_on


@dataclass(frozen=True, slots=True)
class _Standing:
    """How a parcel stands at the check, as far as the screen shows it."""

    state: str
    carrier: str | None
    account: str | None
    holds: frozenset[str]


def _standing(tx: Connection, parcel_ids: Sequence[str]) -> dict[str, _Standing]:
    held: dict[str, set[str]] = defaultdict(set)
    for row in tx.execute(
        select(holds.c.parcel_id, holds.c.id).where(
            holds.c.parcel_id.in_(parcel_ids), holds.c.cleared_at.is_(None)
        )
    ):
        held[row.parcel_id].add(row.id)
    rows = tx.execute(
        select(parcels.c.id, parcels.c.state, parcels.c.carrier, parcels.c.account).where(
            parcels.c.id.in_(parcel_ids)
        )
    )
    return {r.id: _Standing(r.state, r.carrier, r.account, frozenset(held[r.id])) for r in rows}


def change_carrier(work: Workplace, parcel_id: str, name: str) -> None:
    """Give the parcel another company (``sf``) or a named account, until a number is requested.

    Raises ``UserError``: unknown parcel, unknown name, or a number already asked for.
    """
    with work.db.write() as tx:
        parcel = tx.execute(select(parcels).where(parcels.c.id == parcel_id)).one_or_none()
        if parcel is None:
            raise no_such_parcel(parcel_id)
        _must_have_no_number(tx, parcel_id)
        named = tx.execute(select(accounts).where(accounts.c.name == name)).one_or_none()
        code = name
        account = ""
        if named is not None and named.company and named.name != named.company:
            code, account = named.company, named.name
        choice = Choice(code, account, parcel_moves.BY_HAND)
        holding.clear(tx, work, HoldCode.NO_ACCOUNT, parcel_id=parcel_id, why="carrier changed")
        holding.clear(tx, work, HoldCode.OUT_OF_RANGE, parcel_id=parcel_id, why="carrier changed")
        tx.execute(
            update(parcels)
            .where(parcels.c.id == parcel_id)
            .values(state=ParcelState.TO_CHECK, failure=None)
        )
        if not _settle_choice(tx, work, parcel_id, choice):
            raise UserError(
                "no_account",
                T("There is no account for {carrier}.", carrier=company(code).name),
                T("Add one with: config apply, or bind one in the shop."),
                ref=parcel_id,
            )
        records.note(tx, work, "carrier", parcel_id=parcel_id, detail={"carrier": code})
        advance(tx, work, parcel_id)
        records.refresh_orders(tx, records.orders_of(tx, [parcel_id]))
    work.changed("orders", "parcels")


def choose_again(tx: Connection, work: Workplace, parcel_id: str) -> None:
    """The parcel goes to another place now: the rules decide anew, unless a person has decided.

    A parcel whose number is live or in doubt keeps its carrier. The caller lets it advance.
    """
    parcel = tx.execute(select(parcels).where(parcels.c.id == parcel_id)).one()
    if parcel.state not in {ParcelState.TO_CHECK, ParcelState.TO_LABEL}:
        return
    if parcel_moves.by_hand(parcel) or parcel_moves.labelled(tx, parcel_id):
        return
    holding.clear(tx, work, HoldCode.NO_ACCOUNT, parcel_id=parcel_id, why="another place")
    holding.clear(tx, work, HoldCode.OUT_OF_RANGE, parcel_id=parcel_id, why="another place")
    tx.execute(
        update(parcels)
        .where(parcels.c.id == parcel_id)
        .values(state=ParcelState.TO_CHECK, account=None, failure=None, changed_at=work.now())
    )


def _must_have_no_number(tx: Connection, parcel_id: str) -> None:
    asked = tx.execute(
        select(waybill_requests.c.state).where(
            waybill_requests.c.parcel_id == parcel_id,
            waybill_requests.c.state.in_(["pending", "sent", "issued", "unknown"]),
        )
    ).scalar()
    if asked is not None:
        raise UserError(
            "number_requested",
            T("A waybill number has been asked for; the carrier cannot be changed any more."),
            T("Cancel the number first."),
            ref=parcel_id,
        )


def no_such_parcel(parcel_id: str) -> UserError:
    """The refusal for an unknown parcel id."""
    return UserError(
        "no_such_parcel",
        T("There is no parcel {parcel}.", parcel=parcel_id),
        T("List them with: parcels list"),
        ref=parcel_id,
    )


def _has_goods(tx: Connection, parcel_id: str) -> bool:
    pieces = tx.execute(
        select(func.sum(parcel_lines.c.quantity)).where(parcel_lines.c.parcel_id == parcel_id)
    ).scalar()
    return bool(pieces)


def _choose(tx: Connection, work: Workplace, parcel_id: str) -> bool:
    facts = facts_of(tx, parcel_id)
    if facts is None:
        return False  # no address yet (a gift not accepted): decided when it comes
    choice = choose(read_rules(tx), facts)
    if choice is None:
        choice = _only_company(tx, parcel_id)
    if choice is None:
        _no_account(tx, work, parcel_id, "")
        return False
    return _settle_choice(tx, work, parcel_id, choice)


def _settle_choice(tx: Connection, work: Workplace, parcel_id: str, choice: Choice) -> bool:
    route = _route(tx, parcel_id)
    account = _account(tx, parcel_id, route, choice)
    if account is None:
        tx.execute(
            update(parcels)
            .where(parcels.c.id == parcel_id)
            .values(
                route=route,
                carrier=choice.carrier,
                account=None,
                choice_reason=choice.reason.as_json(),
            )
        )
        _no_account(tx, work, parcel_id, choice.carrier)
        return False
    tx.execute(
        update(parcels)
        .where(parcels.c.id == parcel_id)
        .values(
            route=route,
            carrier=choice.carrier,
            account=account,
            choice_reason=choice.reason.as_json(),
            changed_at=work.now(),
        )
    )
    holding.clear(tx, work, HoldCode.NO_ACCOUNT, parcel_id=parcel_id, why="account found")
    return True


def _no_account(tx: Connection, work: Workplace, parcel_id: str, carrier: str) -> None:
    reason: Text = T("No rule chose a carrier.")
    if carrier:
        reason = T("There is no account for {carrier}.", carrier=company(carrier).name)
    holding.put(
        tx,
        work,
        holding.Wanted(
            HoldScope.PARCEL, HoldCode.NO_ACCOUNT, reason, evidence={"carrier": carrier}
        ),
        parcel_id=parcel_id,
    )


def _route(tx: Connection, parcel_id: str) -> Route:
    row = tx.execute(
        select(shops.c.platform, shops.c.settings)
        .join(parcels, parcels.c.shop_id == shops.c.id)
        .where(parcels.c.id == parcel_id)
    ).one()
    return route_of(row.platform, row.settings)


def _account(tx: Connection, parcel_id: str, route: Route, choice: Choice) -> str | None:
    if route is Route.PLATFORM:
        return tx.execute(
            select(shop_accounts.c.account_id)
            .join(parcels, parcels.c.shop_id == shop_accounts.c.shop_id)
            .where(
                parcels.c.id == parcel_id,
                shop_accounts.c.carrier == choice.carrier,
                shop_accounts.c.bound,
            )
            .order_by(shop_accounts.c.position)
        ).scalar()
    wanted = select(accounts.c.name).where(accounts.c.company == choice.carrier, accounts.c.active)
    if choice.account:
        wanted = wanted.where(accounts.c.name == choice.account)
    return tx.execute(wanted.order_by(accounts.c.position)).scalar()


def _only_company(tx: Connection, parcel_id: str) -> Choice | None:
    """Without any rule: the one company there is an account for."""
    route = _route(tx, parcel_id)
    if route is Route.PLATFORM:
        query = (
            select(shop_accounts.c.carrier)
            .join(parcels, parcels.c.shop_id == shop_accounts.c.shop_id)
            .where(parcels.c.id == parcel_id, shop_accounts.c.bound)
            .distinct()
        )
    else:
        query = (
            select(accounts.c.company).where(accounts.c.active, accounts.c.company != "").distinct()
        )
    found = tx.execute(query).scalars().all()
    if len(found) != 1 or read_rules(tx):
        return None
    return Choice(found[0], "", ONLY)


def facts_of(tx: Connection, parcel_id: str) -> Facts | None:
    """What the rules look at; ``None`` while the order has no address."""
    rows = tx.execute(
        select(
            orders.c.shop_id,
            orders.c.receiver,
            orders.c.buyer_note,
            orders.c.merchant_note,
            order_lines.c.paid_fen,
            parcel_lines.c.quantity,
            skus.c.weight_g,
            skus.c.code,
        )
        .select_from(parcel_lines)
        .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
        .join(orders, orders.c.id == order_lines.c.order_id)
        .outerjoin(skus, skus.c.id == parcel_lines.c.sku_id)
        .where(parcel_lines.c.parcel_id == parcel_id)
        .order_by((parcel_lines.c.quantity > 0).desc(), orders.c.paid_at, orders.c.id)
    ).all()
    if not rows:
        return None
    return facts_from(
        rows[0].shop_id,
        Address.from_dict(rows[0].receiver),
        [note for r in rows for note in (r.buyer_note, r.merchant_note)],
        sum(r.paid_fen for r in rows),
        [(r.code, r.weight_g or 0, r.quantity) for r in rows],
    )
