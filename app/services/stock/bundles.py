"""Bundles (组合装): saying what they are made of, and making wholes of parts or parts of wholes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from app.domain.errors import UserError
from app.domain.states import MoveKind, SkuKind
from app.domain.text import T
from app.services import records
from app.services.parcels import checking, weighing
from app.services.stock import composition, ledger, remapping
from app.services.stock.finding import find_sku, must_be_positive
from app.services.stock.going_on import let_go_on
from app.services.stock.mapping import sku_by_code
from app.services.workplace import Workplace
from app.store.tables import bundle_parts, products, skus, stock_balances

_MOST_OF_A_PART = 10_000


@dataclass(frozen=True, slots=True)
class BundlePart:
    """A part: ``each`` pieces in one whole, and its own figures."""

    sku: str
    name: str
    each: int
    on_hand: int
    available: int


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle: ``built`` wholes are free, ``possible`` more can be made of free parts."""

    sku: str
    name: str
    spec: str
    on_hand: int
    built: int
    possible: int
    weight_g: int
    parts: tuple[BundlePart, ...]

    @property
    def available(self) -> int:
        return self.built + self.possible


def define(work: Workplace, code: str, parts: Mapping[str, int], *, name: str = "") -> Bundle:
    """Say that the item ``code`` is made of ``parts`` (pieces by code or bar code).

    Pieces of the item that are on hand count as built wholes. Parcels that have their goods keep
    what was reserved. With a ``name``, an unknown item is made. Raises ``UserError``:
    ``no_such_sku``, ``bundle_parts``, ``bundle_nested``.
    """
    with work.db.write() as tx:
        bundle_id = _made(tx, work, code, name) if name else find_sku(tx, code)
        wanted: dict[str, int] = {}
        for part, quantity in parts.items():
            part_id = find_sku(tx, part)
            wanted[part_id] = wanted.get(part_id, 0) + quantity
        _must_be_possible(tx, code, bundle_id, wanted)
        before = composition.parts_of(tx, [bundle_id]).get(bundle_id, {})
        tx.execute(delete(bundle_parts).where(bundle_parts.c.bundle_id == bundle_id))
        tx.execute(
            insert(bundle_parts),
            [
                {"bundle_id": bundle_id, "sku_id": sku_id, "quantity": n}
                for sku_id, n in sorted(wanted.items())
            ],
        )
        values: dict[str, Any] = {"kind": SkuKind.BUNDLE}
        if name.strip():
            values["name"] = name.strip()[:256]
        tx.execute(update(skus).where(skus.c.id == bundle_id).values(**values))
        for sku_id in sorted({bundle_id, *wanted}):
            ledger.ensure_balance(tx, sku_id)
        _note(tx, work, "bundle_set", code, _by_code(tx, before), _by_code(tx, wanted))
    _follow(work)
    return show(work, code)


def remove(work: Workplace, code: str) -> None:
    """The item is no bundle any more; built wholes stay on the shelf as the item itself.

    Raises ``UserError``: ``no_such_sku``, ``no_bundle``.
    """
    with work.db.write() as tx:
        bundle_id, parts = _bundle(tx, code)
        tx.execute(delete(bundle_parts).where(bundle_parts.c.bundle_id == bundle_id))
        tx.execute(update(skus).where(skus.c.id == bundle_id).values(kind=SkuKind.GOOD))
        _note(tx, work, "bundle_removed", code, _by_code(tx, parts), {})
    _follow(work)


def show(work: Workplace, code: str) -> Bundle:
    """One bundle. Raises ``UserError``: ``no_such_sku``, ``no_bundle``."""
    with work.db.read() as tx:
        bundle_id, _ = _bundle(tx, code)
        (found,) = _bundles(tx, [bundle_id])
    return found


def bundles(work: Workplace) -> list[Bundle]:
    """Every bundle, by code."""
    with work.db.read() as tx:
        ids = tx.execute(select(bundle_parts.c.bundle_id).distinct()).scalars()
        return _bundles(tx, list(ids))


def can_make(tx: Connection, sku_ids: Sequence[str]) -> dict[str, int]:
    """How many wholes of each of the SKUs that is a bundle free parts would make."""
    made_of = composition.parts_of(tx, sku_ids)
    free = _free(tx, {part for parts in made_of.values() for part in parts})
    return {sku: composition.whole_from(parts, free) for sku, parts in made_of.items()}


def build(work: Workplace, code: str, quantity: int) -> str:
    """Make ``quantity`` stocked wholes of free parts. Returns the operation (``stock undo``).

    Raises ``UserError``: ``no_such_sku``, ``no_bundle``, ``bad_quantity``, ``bundle_serials``,
    ``parts_missing``.
    """
    return _turn(work, code, quantity, 1)


def unbuild(work: Workplace, code: str, quantity: int) -> str:
    """Make parts of ``quantity`` free wholes again; see ``build``."""
    return _turn(work, code, quantity, -1)


def _turn(work: Workplace, code: str, quantity: int, way: int) -> str:
    must_be_positive(quantity, code)
    operation = work.key()
    with work.db.write() as tx:
        bundle_id, parts = _bundle(tx, code)
        _must_not_be_numbered(tx, {bundle_id, *parts})
        changes = {bundle_id: way * quantity}
        changes |= {sku_id: -way * quantity * each for sku_id, each in parts.items()}
        for sku_id in sorted(changes):
            ledger.ensure_balance(tx, sku_id)
        ledger.lock(tx, changes)
        free = _free(tx, changes)
        short = {
            sku_id: -n - max(0, free[sku_id])
            for sku_id, n in changes.items()
            if n < 0 and free[sku_id] < -n
        }
        if short:  # what is reserved for parcels stays what it is
            raise _missing(code, _by_code(tx, short))
        for sku_id, pieces in sorted(changes.items()):
            move = ledger.Move(
                sku_id, MoveKind.BUILD, on_hand=pieces, reference=code, operation=operation
            )
            if not ledger.post(tx, work, move):
                raise _missing(code, _by_code(tx, {sku_id: abs(pieces)}))
        let_go_on(tx, work)
    work.changed("stock", "orders", "parcels")
    return operation


def _made(tx: Connection, work: Workplace, code: str, name: str) -> str:
    """The item called ``code``; a new one when there is none."""
    known = sku_by_code(tx, code.strip())
    if known is not None:
        return known
    product_id, sku_id = work.key(), work.key()
    called = name.strip()[:256] or code.strip()
    tx.execute(insert(products).values(id=product_id, name=called, created_at=work.now()))
    tx.execute(
        insert(skus).values(
            id=sku_id, product_id=product_id, code=code.strip(), name=called, created_at=work.now()
        )
    )
    return sku_id


def _must_be_possible(tx: Connection, code: str, bundle_id: str, wanted: Mapping[str, int]) -> None:
    # Locked, so that two definitions at once cannot put a bundle into a bundle.
    for sku_id in sorted({bundle_id, *wanted}):
        tx.execute(select(skus.c.id).where(skus.c.id == sku_id).with_for_update())
    if not wanted or not all(0 < n <= _MOST_OF_A_PART for n in wanted.values()):
        raise UserError(
            "bundle_parts",
            T("A bundle has at least one part, and at least one piece of each."),
            T("Write it like {example}.", example="TEA-1=2 CUP-3=1"),
            ref=code,
        )
    inside = bundle_id in wanted or bool(composition.made_with(tx, [bundle_id]))
    nested = tx.execute(
        select(skus.c.code).where(
            skus.c.id.in_(list(wanted)),
            or_(
                skus.c.kind == SkuKind.BUNDLE,
                skus.c.id.in_(select(bundle_parts.c.bundle_id)),
            ),
        )
    ).scalars()
    named = [code] if inside else sorted(nested)
    if named:
        raise UserError(
            "bundle_nested",
            T("{sku} would be a bundle inside a bundle.", sku=", ".join(named)),
            T("Name the single items that are in it."),
            ref=code,
        )


def _must_not_be_numbered(tx: Connection, sku_ids: set[str]) -> None:
    numbered = tx.execute(
        select(skus.c.code).where(skus.c.id.in_(sku_ids), skus.c.serial_tracked).limit(1)
    ).scalar()
    if numbered is not None:
        raise UserError(
            "bundle_serials",
            T("Every piece of {sku} has a number of its own: it is not built ahead.", sku=numbered),
            T("Leave it in parts; parcels take them from there."),
            ref=numbered,
        )


def _bundle(tx: Connection, code: str) -> tuple[str, dict[str, int]]:
    sku_id = find_sku(tx, code)
    parts = composition.parts_of(tx, [sku_id]).get(sku_id)
    if parts is None:
        raise UserError(
            "no_bundle",
            T("{sku} is no bundle.", sku=code),
            T("Say what it is made of: stock bundle set"),
            ref=code,
        )
    return sku_id, parts


def _bundles(tx: Connection, ids: Sequence[str]) -> list[Bundle]:
    made_of = composition.parts_of(tx, ids)
    wanted = {*ids, *(part for parts in made_of.values() for part in parts)}
    rows = {
        row.id: row
        for row in tx.execute(
            select(
                skus.c.id,
                skus.c.code,
                skus.c.name,
                skus.c.spec,
                composition.weight_g().label("weight_g"),
                func.coalesce(stock_balances.c.on_hand, 0).label("on_hand"),
                func.coalesce(stock_balances.c.available, 0).label("available"),
            )
            .outerjoin(stock_balances, stock_balances.c.sku_id == skus.c.id)
            .where(skus.c.id.in_(wanted))
        )
    }
    free = {sku_id: row.available for sku_id, row in rows.items()}
    found = [
        Bundle(
            rows[sku_id].code,
            rows[sku_id].name,
            rows[sku_id].spec,
            rows[sku_id].on_hand,
            max(0, free[sku_id]),
            composition.whole_from(parts, free),
            rows[sku_id].weight_g,
            tuple(
                BundlePart(rows[p].code, rows[p].name, each, rows[p].on_hand, rows[p].available)
                for p, each in sorted(parts.items(), key=lambda item: str(rows[item[0]].code))
            ),
        )
        for sku_id, parts in made_of.items()
    ]
    return sorted(found, key=lambda b: b.sku)


def _free(tx: Connection, sku_ids: Mapping[str, int] | set[str]) -> dict[str, int]:
    rows = tx.execute(
        select(stock_balances.c.sku_id, stock_balances.c.available).where(
            stock_balances.c.sku_id.in_(list(sku_ids))
        )
    )
    return {row.sku_id: row.available for row in rows}


def _by_code(tx: Connection, pieces: Mapping[str, int]) -> dict[str, int]:
    rows = tx.execute(select(skus.c.id, skus.c.code).where(skus.c.id.in_(list(pieces))))
    return {row.code: pieces[row.id] for row in sorted(rows, key=lambda r: str(r.code))}


def _missing(code: str, short: Mapping[str, int]) -> UserError:
    return UserError(
        "parts_missing",
        T("Not enough stock: {what}", what=", ".join(f"{c} ×{n}" for c, n in short.items())),
        T("Only what no parcel has reserved can be used: stock list"),
        ref=code,
    )


def _note(
    tx: Connection,
    work: Workplace,
    action: str,
    code: str,
    before: Mapping[str, int],
    after: Mapping[str, int],
) -> None:
    detail = {"sku": code, "before": dict(before), "after": dict(after)}
    records.note(tx, work, action, detail=detail)


def _follow(work: Workplace) -> None:
    """Parcels that wait for goods may get them now; what they weigh may be another figure."""
    remapping.remap_open_orders(work)  # the item may be new, and be what orders wait for
    weighing.expect_anew(work)
    checking.recheck(work)
    work.changed("stock", "orders", "parcels", "listings")
