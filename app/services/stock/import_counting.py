"""Counted figures of a stock file: where each is counted, and the movements that make it true."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from app.domain.states import MoveKind
from app.domain.text import T, Text
from app.services.stock import batches, ledger, spots
from app.services.stock.import_values import Said
from app.services.workplace import Workplace
from app.store.tables import stock_balances, stock_batches, stock_spots

Spots = Mapping[tuple[str, str], int]  # by bin and batch id
_REASON = "import"


@dataclass(frozen=True, slots=True)
class Shelf:
    """What lies where of the SKUs of one transaction, by SKU id."""

    spots: Mapping[str, Spots]
    batches: Mapping[str, Mapping[str, str]]  # the last day of each, by its code

    def of(self, sku_id: str | None) -> Spots:
        """Spots that hold something, without what was fetched for parcels."""
        found = self.spots.get(sku_id or "", {})
        return {place: n for place, n in found.items() if place[0] != spots.PICKED}


def read_shelf(tx: Connection, sku_ids: Collection[str]) -> Shelf:
    """Read it, and keep others from moving these SKUs until the transaction ends."""
    ids = sorted(sku_ids)
    tx.execute(
        select(stock_balances.c.sku_id)
        .where(stock_balances.c.sku_id.in_(ids))
        .order_by(stock_balances.c.sku_id)
        .with_for_update()
    ).all()  # in the order of their ids, like everybody
    held: dict[str, dict[tuple[str, str], int]] = defaultdict(dict)
    for row in tx.execute(
        select(stock_spots).where(stock_spots.c.sku_id.in_(ids), stock_spots.c.quantity != 0)
    ):
        held[row.sku_id][row.bin, row.batch_id] = row.quantity
    known: dict[str, dict[str, str]] = defaultdict(dict)
    for row in tx.execute(select(stock_batches).where(stock_batches.c.sku_id.in_(ids))):
        known[row.sku_id][row.code] = row.expires_on
    return Shelf(held, known)


@dataclass(slots=True)
class Counting:
    """Makes the figures of one SKU those of its rows. ``one``: the file has one row of it."""

    tx: Connection
    work: Workplace
    shelf: Shelf
    _by_batch: bool = False

    def refusal(self, sku_id: str | None, rows: Sequence[Said]) -> Text | None:
        """Why the rows cannot all be true."""
        said: dict[tuple[str, str], int] = {}
        for row in rows:
            if row.quantity is None:
                continue
            if said.setdefault(row.spot, row.quantity) != row.quantity:
                return T("two different numbers for one place of {sku}.", sku=row.sku)
        return None

    def home_after(self, home: str, sku_id: str | None, rows: Sequence[Said], *, one: bool) -> str:
        """The home bin after the import: another one when goods of one bin are said to lie there.

        With several bins the file's rows say where pieces lie, not where the SKU is at home.
        """
        said = next((r.bin for r in rows if r.bin), "")
        if not home or not said:
            return said or home
        held = {bin_name for bin_name, _ in self.shelf.of(sku_id)}
        return said if one and len(held) < 2 else home

    def count(
        self, sku_id: str, home: str, rows: Sequence[Said], *, one: bool, by_batch: bool
    ) -> set[int]:
        """Post what is missing or too much; the lines that changed something."""
        self._by_batch = by_batch
        held = dict(self.shelf.of(sku_id))
        changed: set[int] = set()
        first = rows[0]
        several = len({bin_name for bin_name, _ in held}) > 1
        if one and not several and self._moved(sku_id, home, held):
            changed.add(first.line)
        if one and not several and not first.batch:
            if first.quantity is not None and self._total(sku_id, home, held, first.quantity):
                changed.add(first.line)
            return changed
        batch_of = {r.line: self._batch(sku_id, r, changed) for r in rows}
        places = {(r.bin or home, batch_of[r.line]) for r in rows}
        done: set[tuple[str, str]] = set()
        for row in rows:
            place = (row.bin or home, batch_of[row.line])
            if row.quantity is None or place in done:
                continue
            done.add(place)
            if self._at(sku_id, place, row.quantity, held, places):
                changed.add(row.line)
        return changed

    def _moved(self, sku_id: str, home: str, held: dict[tuple[str, str], int]) -> bool:
        """The goods lie in ``home`` now, wherever they lay before."""
        elsewhere = [place for place, n in held.items() if place[0] != home and n > 0]
        for place in elsewhere:
            self._shift(sku_id, place, (home, place[1]), held[place], held)
        return bool(elsewhere)

    def _total(
        self, sku_id: str, home: str, held: Mapping[tuple[str, str], int], quantity: int
    ) -> bool:
        more = quantity - sum(held.values())
        if not more:
            return False
        if more > 0:
            self._post(sku_id, more, home, "")
        else:
            move = ledger.Move(sku_id, MoveKind.COUNT, on_hand=more, reason=_REASON)
            ledger.post(self.tx, self.work, move)
        return True

    def _at(
        self,
        sku_id: str,
        place: tuple[str, str],
        quantity: int,
        held: dict[tuple[str, str], int],
        places: Collection[tuple[str, str]],
    ) -> bool:
        """Count one place. What is more there lay unplaced, or of no batch, if there is any."""
        more = quantity - held.get(place, 0)
        if not more:
            return False
        for source in ((place[0], ""), ("", place[1]), ("", "")):
            n = min(more, held.get(source, 0))
            if n > 0 and source not in places:
                self._shift(sku_id, source, place, n, held)
                more -= n
        if more:
            self._post(sku_id, more, *place)
            held[place] = quantity
        return True

    def _shift(
        self,
        sku_id: str,
        source: tuple[str, str],
        target: tuple[str, str],
        quantity: int,
        held: dict[tuple[str, str], int],
    ) -> None:
        move = ledger.Move(
            sku_id, MoveKind.TRANSFER, reason=_REASON, bin=source[0], batch_id=source[1]
        )
        ledger.shift(self.tx, self.work, move, quantity, to_bin=target[0], to_batch=target[1])
        held[source] -= quantity
        held[target] = held.get(target, 0) + quantity

    def _post(self, sku_id: str, pieces: int, bin_name: str, batch_id: str) -> None:
        if self._by_batch and pieces > 0 and not batch_id:
            batches.batch_for(self.tx, self.work, sku_id, "")  # some goods need one
        move = ledger.Move(
            sku_id, MoveKind.COUNT, on_hand=pieces, reason=_REASON, bin=bin_name, batch_id=batch_id
        )
        # The place is locked and holds that much; only another place may hold less than nothing.
        ledger.post(self.tx, self.work, move, may_go_negative=True)

    def _batch(self, sku_id: str, row: Said, changed: set[int]) -> str:
        """The id of the row's batch, made when it is new; "" without one."""
        if not row.batch:
            return ""
        found = batches.batch_for(self.tx, self.work, sku_id, row.batch, expires_on=row.expires_on)
        known = self.shelf.batches.get(sku_id, {}).get(row.batch)
        if known is None or (row.expires_on and not known):
            changed.add(row.line)
        return found
