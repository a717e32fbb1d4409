"""The check step: carrier, route and account decided once, with the reason kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy import Connection, func, select, update

from app.domain.companies import company
from app.domain.errors import UserError
from app.domain.routing import Choice, Decision, Facts, Ways, in_a_row
from app.domain.states import HoldCode, HoldScope, ParcelState
from app.domain.text import T, Text
from app.services import records
from app.services.numbers import booking as bookings
from app.services.orders import holding
from app.services.parcels import parcel_moves, reserving
from app.services.parcels.placing import Notes, Placed, Placing, facts_from, read_placing
from app.services.reach import guarding
from app.services.stock import allocation, composition, turns
from app.services.workplace import Workplace
from app.store.tables import (
    accounts,
    holds,
    order_lines,
    orders,
    parcel_lines,
    parcels,
    skus,
    waybill_requests,
)

_CHUNK = 10  # parcels a transaction
_MOST_TOLD = 6  # rules named in a hold's reason


def advance(tx: Connection, work: Workplace, parcel_id: str, *, in_turn: bool = False) -> None:
    """Let the parcel go from ``to_check`` to ``to_label`` when nothing is in its way.

    Parcels that wait for the same items and come before it are tried first, unless it is
    ``in_turn`` already.
    """
    # Locked: two benches that look at the same parcel take turns.
    query = select(parcels).where(parcels.c.id == parcel_id).with_for_update()
    parcel = tx.execute(query).one()
    if parcel.state != ParcelState.TO_CHECK:
        return
    for parted in parcel_moves.unmerge(tx, work, parcel_id):  # an order has another address now
        advance(tx, work, parted)
    if not in_turn:
        _let_others_first(tx, work, parcel_id)
    reserved = reserving.reserve(tx, work, parcel_id)
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


def _let_others_first(tx: Connection, work: Workplace, parcel_id: str) -> None:
    wanted = {need.sku_id for need in allocation.needs(tx, parcel_id)}
    if not wanted:
        return
    for other in turns.ahead(tx, parcel_id, wanted):
        advance(tx, work, other, in_turn=True)
        records.refresh_orders(tx, records.orders_of(tx, [other]))


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
                .order_by(turns.gives_way(), parcels.c.deadline_at.nulls_last(), parcels.c.id)
            ).scalars()
        )
    gone_on, changed = 0, False
    for start in range(0, len(waiting), _CHUNK):
        # Its goods may cross those that another bench reserves: then all of the chunk once more.
        on, moved = work.db.again(
            partial(_recheck, work, waiting[start : start + _CHUNK], refresh_all=bool(ended))
        )
        gone_on += on
        changed = changed or moved
    if changed or ended:
        work.changed("orders", "parcels", "stock")
    return gone_on


def _recheck(
    work: Workplace, parcel_ids: Sequence[str], tx: Connection, *, refresh_all: bool
) -> tuple[int, bool]:
    """How many of these went on, and whether anything about one of them has changed.

    What another bench has in hand just now it looks at itself.
    """
    query = (
        select(parcels.c.id)
        .where(parcels.c.id.in_(parcel_ids), parcels.c.state == ParcelState.TO_CHECK)
        .order_by(parcels.c.id)
        .with_for_update(skip_locked=True)
    )
    ours = set(tx.execute(query).scalars())
    chunk = [parcel_id for parcel_id in parcel_ids if parcel_id in ours]
    before = _standing(tx, chunk)
    for parcel_id in chunk:
        advance(tx, work, parcel_id, in_turn=True)
    after = _standing(tx, chunk)
    moved = [parcel_id for parcel_id in chunk if before[parcel_id] != after[parcel_id]]
    # A presale that fell due may leave other holds on a parcel that stays where it was.
    records.refresh_orders(tx, records.orders_of(tx, chunk if refresh_all else moved))
    return sum(after[p].state == ParcelState.TO_LABEL for p in moved), bool(moved)


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
        if not _settle_by_hand(tx, work, parcel_id, choice):
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
    facts = facts_of(tx, work, parcel_id)
    if facts is None:
        return False  # no address yet (a gift not accepted): decided when it comes
    placing = read_placing(tx, facts.shop, work.now())
    placed = placing.place(facts)
    if placed.decision.refusal is not None and _sent_all_the_same(
        tx, work, parcel_id, placed.decision
    ):
        anywhere = Ways(placing.ways.accounts, placing.ways.by_name)
        placed = replace(placing, ways=anywhere).place(facts)
    _write_choice(tx, work, parcel_id, placed)
    if placed.choice is None:
        _nobody(tx, work, parcel_id, placed.decision)
        return False
    holding.clear(tx, work, HoldCode.NO_ACCOUNT, parcel_id=parcel_id, why="account found")
    return True


def _write_choice(tx: Connection, work: Workplace, parcel_id: str, placed: Placed) -> None:
    changed = {"changed_at": work.now()} if placed.choice is not None else {}
    tx.execute(
        update(parcels).where(parcels.c.id == parcel_id).values(**placed.columns(), **changed)
    )


def _settle_by_hand(tx: Connection, work: Workplace, parcel_id: str, choice: Choice) -> bool:
    """Whether there is an account for what a person chose; then the parcel has it."""
    placing = _placing_of(tx, work, parcel_id)
    account = placing.account_for(choice.carrier, choice.account)
    if account is None:
        return False
    _write_choice(tx, work, parcel_id, Placed(placing.route, Decision(choice, account)))
    return True


def _placing_of(tx: Connection, work: Workplace, parcel_id: str) -> Placing:
    shop_id = tx.execute(select(parcels.c.shop_id).where(parcels.c.id == parcel_id)).scalar_one()
    return read_placing(tx, shop_id, work.now())


def _nobody(tx: Connection, work: Workplace, parcel_id: str, decision: Decision) -> None:
    """Hold the parcel: no carrier can take it, and the reason names what fell out and why."""
    if decision.refusal is not None:
        holding.clear(tx, work, HoldCode.NO_ACCOUNT, parcel_id=parcel_id, why="another reason")
    else:
        guarding.let_go(tx, work, parcel_id)
    holding.put(tx, work, _hold_for(decision), parcel_id=parcel_id)


def _hold_for(decision: Decision) -> holding.Wanted:
    if decision.refusal is not None:
        # The guard's own hold with more to say: released once, neither of them comes back.
        carrier, answer = decision.refusal
        return replace(guarding.hold_for(carrier, answer), reason=_why_nobody(decision))
    return holding.Wanted(
        HoldScope.PARCEL,
        HoldCode.NO_ACCOUNT,
        _why_nobody(decision),
        evidence={
            "carrier": decision.wanted,
            "fell": [f"{step.rule}: {step.carrier} {step.fell}" for step in decision.steps],
        },
    )


def _why_nobody(decision: Decision) -> Text:
    if not decision.steps:
        return T("No rule chose a carrier.")
    told = [step.sentence for step in decision.steps[:_MOST_TOLD]]
    more = len(decision.steps) - len(told)
    if more:
        told.append(T("{n} more rules", n=more))
    return T("No carrier can take it. {why}", why=in_a_row(told))


def _sent_all_the_same(tx: Connection, work: Workplace, parcel_id: str, decision: Decision) -> bool:
    """Whether a person, told that no carrier goes there, let the parcel go on."""
    return holding.released_by_person(tx, _hold_for(decision), parcel_id)


def facts_of(tx: Connection, work: Workplace, parcel_id: str) -> Facts | None:
    """What the rules look at; ``None`` while the order has no address."""
    rows = tx.execute(
        select(
            orders.c.shop_id,
            orders.c.buyer_note,
            orders.c.merchant_note,
            order_lines.c.paid_fen,
            parcel_lines.c.quantity,
            parcel_lines.c.gift_rule_id,
            composition.weight_g().label("weight_g"),
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
        bookings.receiver_of(tx, work, parcel_id),
        Notes([r.buyer_note for r in rows], [r.merchant_note for r in rows]),
        sum(r.paid_fen for r in rows if not r.gift_rule_id),
        [(r.code, r.weight_g or 0, r.quantity) for r in rows],
        work.now(),
    )
