"""Places on the shelf: made, renamed and removed, and what lies in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from app.domain.bins import clean_bin, no_bin_named, walking_key
from app.domain.errors import UserError
from app.domain.states import BinKind
from app.domain.text import T
from app.services import records
from app.services.stock import spots
from app.services.stock.finding import find_sku
from app.services.workplace import Workplace
from app.store.inserting import insert_all_new
from app.store.tables import bins, skus, stock_batches, stock_spots


@dataclass(frozen=True, slots=True)
class BinRow:
    """A bin with how many SKUs and pieces lie in it; ``homes``: it is the home of so many SKUs."""

    bin: str
    kind: str
    note: str
    skus: int
    pieces: int
    homes: int


@dataclass(frozen=True, slots=True)
class SpotRow:
    """Pieces of one SKU in one bin, of one batch. ``is_home``: goods go there unless told else."""

    bin: str
    kind: str
    sku: str
    name: str
    quantity: int
    batch: str = ""
    expires_on: str = ""
    is_home: bool = False


def named(text: str) -> str:
    """The bin a person or a scan names, which must be one. Raises ``UserError`` (``bad_bin``)."""
    name = clean_bin(text)
    if not name:
        raise no_bin_named()
    return name


def ensure(tx: Connection, work: Workplace, name: str) -> None:
    """Make the bin when goods are put there for the first time."""
    if not name or name == spots.PICKED:
        return
    if tx.execute(select(bins.c.code).where(bins.c.code == name)).scalar() is None:
        row = {"code": name, "kind": BinKind.PICK, "created_at": work.now()}
        insert_all_new(tx, bins, [row])


def make_home(tx: Connection, sku_id: str, name: str) -> None:
    """The bin becomes the SKU's home when it has none."""
    if name:
        tx.execute(update(skus).where(skus.c.id == sku_id, skus.c.bin == "").values(bin=name))


def add(
    work: Workplace, name: str, kind: BinKind = BinKind.PICK, note: str = "", position: int = 0
) -> bool:
    """Make a bin, or change what it is for; whether it is new. Raises ``UserError``."""
    name = named(name)
    values = {"kind": kind, "note": note.strip()[:128], "position": position}
    with work.db.write() as tx:
        known = tx.execute(select(bins.c.code).where(bins.c.code == name)).scalar() is not None
        ensure(tx, work, name)
        tx.execute(update(bins).where(bins.c.code == name).values(**values))
        records.note(tx, work, "bin", detail={"bin": name, "kind": kind.value})
    work.changed("stock")
    return not known


def rename(work: Workplace, name: str, to: str) -> None:
    """Give an empty bin another name; SKUs that have it as their home follow.

    Raises ``UserError``: ``no_such_bin``, ``bin_not_empty``, ``bin_exists``, ``bad_bin``.
    """
    name, to = named(name), named(to)
    with work.db.write() as tx:
        _must_be_empty(tx, name)
        if _is_known(tx, to):
            raise UserError(
                "bin_exists",
                T("There is a bin {bin} already.", bin=to),
                T("Choose another name."),
                ref=to,
            )
        ensure(tx, work, name)
        tx.execute(update(bins).where(bins.c.code == name).values(code=to))
        tx.execute(update(skus).where(skus.c.bin == name).values(bin=to))
        records.note(tx, work, "bin_renamed", detail={"bin": name, "to": to})
    work.changed("stock")


def remove(work: Workplace, name: str) -> None:
    """Take an empty bin away that is nobody's home.

    Raises ``UserError``: ``no_such_bin``, ``bin_not_empty``, ``bin_is_home``.
    """
    name = named(name)
    with work.db.write() as tx:
        _must_be_empty(tx, name)
        homes = list(tx.execute(select(skus.c.code).where(skus.c.bin == name).limit(4)).scalars())
        if homes:
            raise UserError(
                "bin_is_home",
                T("Bin {bin} is the home of {skus}.", bin=name, skus=", ".join(homes)),
                T("Give these items another home first."),
                ref=name,
            )
        tx.execute(delete(bins).where(bins.c.code == name))
        records.note(tx, work, "bin_removed", detail={"bin": name})
    work.changed("stock")


def list_bins(work: Workplace, search: str = "") -> list[BinRow]:
    """Every bin that is known, holds goods or is a home, in walking order."""
    with work.db.read() as tx:
        known = {r.code: r for r in tx.execute(select(bins))}
        held = {
            r.bin: r
            for r in tx.execute(
                select(
                    stock_spots.c.bin,
                    func.count(stock_spots.c.sku_id.distinct()).label("skus"),
                    func.sum(stock_spots.c.quantity).label("pieces"),
                )
                .where(stock_spots.c.quantity != 0, stock_spots.c.bin.not_in(["", spots.PICKED]))
                .group_by(stock_spots.c.bin)
            )
        }
        homes = {
            r.bin: int(r.n)
            for r in tx.execute(
                select(skus.c.bin, func.count().label("n"))
                .where(skus.c.bin != "")
                .group_by(skus.c.bin)
            )
        }
    rows = []
    for name in known.keys() | held.keys() | homes.keys():
        if search.casefold() not in name.casefold():
            continue
        row, lies = known.get(name), held.get(name)
        rows.append(
            BinRow(
                name,
                row.kind if row else BinKind.PICK.value,
                row.note if row else "",
                lies.skus if lies else 0,
                int(lies.pieces) if lies else 0,
                homes.get(name, 0),
            )
        )
    positions = {name: row.position or 1_000_000 for name, row in known.items()}
    return sorted(rows, key=lambda r: (positions.get(r.bin, 1_000_000), walking_key(r.bin)))


def contents(work: Workplace, name: str) -> list[SpotRow]:
    """What lies in the bin. Raises ``UserError`` (``no_such_bin``)."""
    name = named(name)
    with work.db.read() as tx:
        if not _is_known(tx, name):
            raise _no_such(name)
        rows = tx.execute(_spots().where(stock_spots.c.bin == name)).all()
    return _as_rows(rows)


def of_sku(work: Workplace, sku: str) -> list[SpotRow]:
    """Every place where the SKU lies, the one to take from first in front.

    Raises ``UserError`` (``no_such_sku``).
    """
    with work.db.read() as tx:
        sku_id = find_sku(tx, sku)
        order = {
            (s.bin, s.batch_id): n
            for n, s in enumerate(spots.spots_of(tx, sku_id, spots.today(work.now())))
        }
        rows = tx.execute(_spots().where(stock_spots.c.sku_id == sku_id)).all()
    return _as_rows(sorted(rows, key=lambda r: order.get((r.bin, r.batch_id), len(order))))


def _spots() -> Any:
    return (
        select(
            stock_spots,
            skus.c.code,
            skus.c.name,
            skus.c.bin.label("home"),
            bins.c.kind,
            stock_batches.c.code.label("batch"),
            stock_batches.c.expires_on,
        )
        .join(skus, skus.c.id == stock_spots.c.sku_id)
        .outerjoin(bins, bins.c.code == stock_spots.c.bin)
        .outerjoin(stock_batches, stock_batches.c.id == stock_spots.c.batch_id)
        .where(stock_spots.c.quantity != 0)
        .order_by(skus.c.code, stock_batches.c.expires_on)
    )


def _as_rows(rows: Sequence[Any]) -> list[SpotRow]:
    return [
        SpotRow(
            r.bin,
            r.kind or BinKind.PICK.value,
            r.code,
            r.name,
            r.quantity,
            r.batch or "",
            r.expires_on or "",
            bool(r.home) and r.home == r.bin,
        )
        for r in rows
    ]


def _is_known(tx: Connection, name: str) -> bool:
    for query in (
        select(bins.c.code).where(bins.c.code == name),
        select(stock_spots.c.bin).where(stock_spots.c.bin == name, stock_spots.c.quantity != 0),
        select(skus.c.bin).where(skus.c.bin == name),
    ):
        if tx.execute(query.limit(1)).first() is not None:
            return True
    return False


def _must_be_empty(tx: Connection, name: str) -> None:
    if not _is_known(tx, name):
        raise _no_such(name)
    held = tx.execute(
        select(skus.c.code)
        .join(stock_spots, stock_spots.c.sku_id == skus.c.id)
        .where(stock_spots.c.bin == name, stock_spots.c.quantity != 0)
        .limit(4)
    ).scalars()
    found = list(held)
    if found:
        raise UserError(
            "bin_not_empty",
            T("Bin {bin} is not empty: {skus}", bin=name, skus=", ".join(found)),
            T("Move what lies there first: stock move --all --from {bin}", bin=name),
            ref=name,
        )


def _no_such(name: str) -> UserError:
    return UserError(
        "no_such_bin",
        T("There is no bin {bin}.", bin=name),
        T("List them with: stock bins list"),
        ref=name,
    )
