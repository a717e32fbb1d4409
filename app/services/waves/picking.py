"""Pick lists by bin, of a wave or of one cart, and telling that it is picked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, case, func, select, update

from app.domain.bins import walking_key
from app.domain.errors import UserError
from app.domain.papers import CartPart, PickList, PickRow
from app.domain.states import ParcelState, ReservationState
from app.domain.text import T
from app.ports import SendResult, Sent
from app.services import records
from app.services.printing.sheets import print_sheet
from app.services.stock import fetching, look_alikes
from app.services.waves import walking
from app.services.waves.waves import find_wave, unheld
from app.services.workplace import Workplace
from app.store.tables import (
    parcel_lines,
    parcels,
    reservations,
    sku_barcodes,
    skus,
    stock_balances,
    waves,
)

CODE_PREFIX = "PICK-"
LIST_PRINTED = "pick_list_printed_at"  # in the wave's options
_CODE = re.compile(rf"{CODE_PREFIX}(.+?)(?:\.(\d+)\.(\d+))?", re.IGNORECASE)
_PICKABLE = (ParcelState.TO_LABEL, ParcelState.TO_PICK, ParcelState.TO_PACK)
_AT_ONCE = 20  # parcels a transaction
_RUN = 4  # so many boxes in a row with the same count are said as one


def pick_list(work: Workplace, wave: str, part: CartPart | None = None) -> PickList:
    """What to fetch for the wave or a part of it, in walking order; held parcels are left out.

    A slot is the parcel's place in the wave; in a part it counts from the part's first place.
    """
    with work.db.read() as tx:
        row = find_wave(tx, wave)
        ids = _to_pick(tx, row.id, part)
        pieces = _pieces(tx, ids)
        of_sku = {p.id for p in pieces}
        barcodes = _barcodes(tx, of_sku)
        on_hand = _on_hand(tx, of_sku)
        stops = walking.stops(tx, work, row, part, pieces)
        alike = {
            sku_id: worth[0].text
            for sku_id, found in look_alikes.hints_of(tx, of_sku).items()
            if (worth := [hint for hint in found if hint.why != "variant"])  # ``alike`` has those
        }
    names = {p.id: p for p in pieces}
    given: Counter[str] = Counter()
    for piece in pieces:
        given[piece.id] += piece.gifts
    variants = Counter(p.product_id for p in names.values())
    offset = part.first - 1 if part is not None else 0
    rows = []
    for sku_id, places in stops.items():
        first = names[sku_id]
        wanted = sum(n for boxes in places.values() for _, n in boxes)
        gifts = given[sku_id]
        short = max(0, wanted - on_hand.get(sku_id, 0))
        for stop, boxes in places.items():
            taken = sum(n for _, n in boxes)
            rows.append(
                PickRow(
                    bin=stop.bin,
                    sku=first.code,
                    name=first.short_name or first.name,
                    spec="" if first.short_name else first.spec,  # a short name says it already
                    barcode=barcodes.get(sku_id, ""),
                    quantity=taken,
                    slots=_slots((place - offset, n) for place, n in boxes),
                    short=min(short, taken),
                    alike=variants[first.product_id] - 1,
                    look_alike=alike.get(sku_id),
                    batch=stop.batch,
                    expires_on=stop.expires_on,
                    refill=stop.refill,
                    gifts=min(gifts, taken),
                )
            )
            gifts -= min(gifts, taken)
            short -= min(short, taken)
    rows.sort(key=lambda r: (walking_key(r.bin), r.sku, r.expires_on, r.batch, r.refill))
    return PickList(row.name, work.now(), len(ids), tuple(rows), _code(row.name, part), part)


def carts(work: Workplace, wave: str, size: int) -> list[CartPart]:
    """The wave in carts of ``size`` boxes; a cart without anything to pick is left out.

    A parcel keeps its cart and slot whatever is held or taken out of the wave meanwhile.
    """
    _check_size(size)
    with work.db.read() as tx:
        row = find_wave(tx, wave)
        places = [p for _, p in _places(tx, row.id)]
        last = _last_place(tx, row.id)
    count = -(-last // size)
    used = sorted({(place - 1) // size + 1 for place in places})
    return [_cart(n, size, count, last) for n in used]


def cart_part(work: Workplace, wave: str, cart: int, size: int) -> CartPart:
    """The places of cart number ``cart`` (from 1). Raises ``UserError`` (``no_such_cart``)."""
    _check_size(size)
    with work.db.read() as tx:
        last = _last_place(tx, find_wave(tx, wave).id)
    count = -(-last // size)
    if not 1 <= cart <= count:
        raise UserError(
            "no_such_cart",
            T("The wave has no cart {cart}.", cart=cart),
            T("It fills {count} carts of {size} boxes.", count=count, size=size),
            ref=wave,
        )
    return _cart(cart, size, count, last)


def read_code(code: str) -> tuple[str, CartPart | None] | None:
    """The wave, and the part of it, whose pick list was scanned; ``None``: it is no pick list."""
    found = _CODE.fullmatch(code.strip())
    if found is None:
        return None
    wave, first, last = found.groups()
    return wave, CartPart(int(first), int(last)) if first else None


def print_pick_list(
    work: Workplace, wave: str, printer: str | None = None, part: CartPart | None = None
) -> Sent:
    """Put the pick list on paper. Raises ``UserError``: no printer fits, or nothing is on it."""
    sent = print_sheet(work, pick_list(work, wave, part), printer)
    if sent.result in {SendResult.CONFIRMED, SendResult.SENT}:
        with work.db.write() as tx:
            row = find_wave(tx, wave)
            known = {**row.options, LIST_PRINTED: work.now().isoformat()}
            tx.execute(update(waves).where(waves.c.id == row.id).values(options=known))
            records.note(tx, work, "pick_list", detail={"wave": row.id, **_places_detail(part)})
        work.changed("waves")
    return sent


def mark_picked(work: Workplace, wave: str, part: CartPart | None = None) -> int:
    """The wave, or a part of it, is picked: printed parcels go on to the bench. Returns how many.

    Their goods leave the bins that the pick list names. The wave counts as picked when nothing of
    it is left to pick.
    """
    count = 0
    while picked := _mark_some(work, wave, part):
        count += picked
    with work.db.write() as tx:
        row = find_wave(tx, wave)
        if part is None or not _left_to_pick(tx, row.id):
            tx.execute(update(waves).where(waves.c.id == row.id).values(picked_at=work.now()))
        detail = {"wave": row.id, "parcels": count, **_places_detail(part)}
        records.note(tx, work, "picked", detail=detail)
    work.changed("waves", "parcels", "orders", "stock")
    return count


def _mark_some(work: Workplace, wave: str, part: CartPart | None) -> int:
    """The next parcels that wait to be picked: their goods are with the packers. How many."""
    with work.db.write() as tx:
        row = find_wave(tx, wave)
        found = tx.execute(
            select(parcels.c.id, parcels.c.wave_position)
            .where(
                parcels.c.wave_id == row.id,
                parcels.c.state == ParcelState.TO_PICK,
                unheld(),
                *_within(part),
            )
            .order_by(parcels.c.wave_position, parcels.c.id)
            .limit(_AT_ONCE)
            .with_for_update(of=parcels)  # another bench that marks them too waits here
        ).all()
        ids = [r.id for r in found]
        if not ids:
            return 0
        wants = fetching.wanted(tx, ids)
        earlier = walking.before(tx, row, found[0].wave_position, {w.sku_id for w in wants})
        tx.execute(
            update(parcels)
            .where(parcels.c.id.in_(ids))
            .values(state=ParcelState.TO_PACK, changed_at=work.now())
        )
        fetching.fetch(tx, work, wants, earlier)
        records.refresh_orders(tx, records.orders_of(tx, ids))
    return len(ids)


def _code(name: str, part: CartPart | None) -> str:
    whole = f"{CODE_PREFIX}{name}"
    return whole if part is None else f"{whole}.{part.first}.{part.last}"


def _cart(number: int, size: int, count: int, last: int) -> CartPart:
    return CartPart((number - 1) * size + 1, min(number * size, last), number, count)


def _check_size(size: int) -> None:
    if size < 1:
        raise UserError(
            "bad_cart",
            T("A cart holds at least one box."),
            T("Say how many boxes stand on it."),
        )


def _within(part: CartPart | None) -> list[Any]:
    if part is None:
        return []
    return [parcels.c.wave_position.between(part.first, part.last)]


def _places_detail(part: CartPart | None) -> dict[str, int]:
    return {} if part is None else {"first": part.first, "last": part.last}


def _last_place(tx: Connection, wave_id: str) -> int:
    last = tx.execute(
        select(func.max(parcels.c.wave_position)).where(parcels.c.wave_id == wave_id)
    ).scalar()
    return int(last or 0)


def _left_to_pick(tx: Connection, wave_id: str) -> bool:
    waiting = (ParcelState.TO_LABEL, ParcelState.TO_PICK)
    found = select(parcels.c.id).where(
        parcels.c.wave_id == wave_id, parcels.c.state.in_(waiting), unheld()
    )
    return tx.execute(found.limit(1)).first() is not None


def _places(tx: Connection, wave_id: str, part: CartPart | None = None) -> list[tuple[str, int]]:
    """Id and place of every parcel that can be picked."""
    rows = tx.execute(
        select(parcels.c.id, parcels.c.wave_position)
        .where(
            parcels.c.wave_id == wave_id,
            parcels.c.state.in_(_PICKABLE),
            unheld(),
            *_within(part),
        )
        .order_by(parcels.c.wave_position)
    )
    return [(r.id, r.wave_position) for r in rows]


def _to_pick(tx: Connection, wave_id: str, part: CartPart | None) -> list[str]:
    return [parcel_id for parcel_id, _ in _places(tx, wave_id, part)]


def _pieces(tx: Connection, ids: list[str]) -> list[Any]:
    """A row for each SKU of each parcel: what is reserved for it, of a bundle perhaps its parts."""
    return list(
        tx.execute(
            select(
                skus.c.id,
                skus.c.product_id,
                skus.c.code,
                skus.c.name,
                skus.c.short_name,
                skus.c.spec,
                skus.c.bin,
                parcels.c.id.label("parcel_id"),
                parcels.c.wave_position,
                func.sum(func.coalesce(reservations.c.quantity, parcel_lines.c.quantity)).label(
                    "quantity"
                ),
                func.sum(
                    case((parcel_lines.c.gift_rule_id != "", parcel_lines.c.quantity), else_=0)
                ).label("gifts"),
            )
            .select_from(parcel_lines)
            .join(parcels, parcels.c.id == parcel_lines.c.parcel_id)
            .outerjoin(
                reservations,
                (reservations.c.parcel_line_id == parcel_lines.c.id)
                & (reservations.c.state == ReservationState.ACTIVE),
            )
            .join(skus, skus.c.id == func.coalesce(reservations.c.sku_id, parcel_lines.c.sku_id))
            .where(parcels.c.id.in_(ids), parcel_lines.c.quantity > 0)
            .group_by(skus.c.id, parcels.c.id)
            .order_by(parcels.c.wave_position, skus.c.code)
        )
    )


def _barcodes(tx: Connection, sku_ids: set[str]) -> Mapping[str, str]:
    rows = tx.execute(
        select(sku_barcodes.c.sku_id, func.min(sku_barcodes.c.barcode).label("barcode"))
        .where(sku_barcodes.c.sku_id.in_(sku_ids))
        .group_by(sku_barcodes.c.sku_id)
    )
    return {r.sku_id: r.barcode for r in rows}


def _on_hand(tx: Connection, sku_ids: set[str]) -> Mapping[str, int]:
    rows = tx.execute(
        select(stock_balances.c.sku_id, stock_balances.c.on_hand).where(
            stock_balances.c.sku_id.in_(sku_ids)
        )
    )
    return {r.sku_id: r.on_hand for r in rows}


def _slots(found: Iterable[tuple[int, int]]) -> tuple[str, ...]:
    """``3 ×2`` for box 3; boxes next to each other with the same count become ``4–9 各×1``."""
    runs: list[list[tuple[int, int]]] = []
    boxes = sorted(found)
    for box in boxes:
        if runs and runs[-1][-1] == (box[0] - 1, box[1]):
            runs[-1].append(box)
        else:
            runs.append([box])
    said: list[str] = []
    for run in runs:
        if len(run) >= _RUN:
            said.append(f"{run[0][0]}–{run[-1][0]} 各×{run[0][1]}")
        else:
            said += [f"{slot} ×{count}" for slot, count in run]
    return tuple(said)
