"""The SKUs behind the rows of a stock file: what is said of them is stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, insert, select, update

from app.domain.text import Text
from app.services.stock import goods_rules, ledger, making
from app.services.stock.import_values import Said
from app.services.workplace import Workplace
from app.store.inserting import insert_all_new
from app.store.tables import bins, products, sku_barcodes, skus, stock_balances

# One statement makes many rows: each names the same columns.
_EMPTY: Mapping[str, Any] = {
    "spec": "",
    "short_name": "",
    "picture": "",
    "note": "",
    "kind": "good",
    "weight_g": 0,
    "length_mm": 0,
    "width_mm": 0,
    "height_mm": 0,
    "safety_quantity": 0,
    "lead_days": 7,
    "pack_quantity": 1,
    "keep_days": 0,
    "batch_tracked": False,
    "serial_tracked": False,
    "active": True,
}


class Details:
    """What is known of the SKUs of one transaction, read at once."""

    def __init__(self, tx: Connection, work: Workplace, sku_ids: Collection[str]) -> None:
        self.tx, self._work = tx, work
        self._made: dict[str, str] = {}
        self._bins: set[str] = {""}
        ids = list(sku_ids)
        rows = tx.execute(
            select(skus, products.c.name.label("product"))
            .join(products, products.c.id == skus.c.product_id)
            .where(skus.c.id.in_(ids))
        )
        self._known: dict[str, Any] = {row.code: row for row in rows}
        self._barcodes: dict[str, set[str]] = defaultdict(set)
        for row in tx.execute(select(sku_barcodes).where(sku_barcodes.c.sku_id.in_(ids))):
            self._barcodes[row.sku_id].add(row.barcode)

    def home(self, sku: str) -> str:
        """The home bin of the SKU, "" when it has none or is new."""
        known = self._known.get(sku)
        return known.bin if known is not None else ""

    def by_batch(self, sku: str, rows: Sequence[Said]) -> bool:
        """Whether a batch is named, or must be."""
        known = self._known.get(sku)
        kept = known is not None and known.batch_tracked
        return bool(_values(rows).get("batch_tracked", kept)) or any(r.batch for r in rows)

    def refusal(self, sku: str, rows: Sequence[Said]) -> Text | None:
        """Why the SKU cannot become what the rows say."""
        known = self._known.get(sku)
        values = _values(rows)
        if known is None:
            kind = values.get("kind", "good")
            return goods_rules.kind_refusal(self.tx, "", "good", kind)
        kind = values.get("kind", known.kind)
        refused = goods_rules.kind_refusal(self.tx, known.id, known.kind, kind)
        if refused is None and known.active and values.get("active") is False:
            return goods_rules.archive_refusal(self.tx, known.id)
        return refused

    def make_new(self, groups: Mapping[str, Sequence[Said]]) -> dict[str, str]:
        """Make those SKUs that are new and plain, many at once; the ids of what is made, by code.

        What is kept by batch is made one by one: its rows may still turn out to be wrong.
        """
        plain = {
            sku: rows
            for sku, rows in groups.items()
            if sku not in self._known
            and not any(r.batch for r in rows)
            and not _values(rows).get("batch_tracked")
            and self.refusal(sku, rows) is None
        }
        if not plain:
            return {}
        tx, now = self.tx, self._work.now()
        self._make_bins({r.bin for rows in plain.values() for r in rows})
        named = {sku: _named(sku, rows) for sku, rows in plain.items()}
        product_ids = self._products({product for product, _ in named.values()})
        made = []
        for sku, (product, values) in named.items():
            home = next((r.bin for r in plain[sku] if r.bin), "")
            keys = {"id": self._work.key(), "product_id": product_ids[product], "code": sku}
            made.append({**_EMPTY, **values, **keys, "bin": home, "created_at": now})
        insert_all_new(tx, skus, made)
        ids = {
            row.code: row.id
            for row in tx.execute(
                select(skus.c.id, skus.c.code).where(skus.c.code.in_(list(plain)))
            )
        }
        insert_all_new(tx, stock_balances, [{"sku_id": i} for i in sorted(ids.values())])
        codes = sorted(
            {(code, ids[sku]) for sku, rows in plain.items() for r in rows for code in r.barcodes}
        )
        if codes:
            insert_all_new(tx, sku_barcodes, [{"barcode": c, "sku_id": i} for c, i in codes])
        self._made |= ids
        return ids

    def store(self, sku: str, rows: Sequence[Said], home: str) -> tuple[str, str]:
        """Store what the rows say; the SKU's id, and ``new``, ``changed`` or ``same``."""
        tx, work = self.tx, self._work
        if sku in self._made:
            return self._made[sku], "new"
        values = {**_values(rows), "bin": home}
        product = next((r.product for r in rows if r.product), "")
        self._make_bins({home, *(r.bin for r in rows)})
        known = self._known.get(sku)
        if known is None:
            values.setdefault("name", sku)
            sku_id = making.new_sku(tx, work, sku, product or values["name"], values)
            ledger.ensure_balance(tx, sku_id)
            result = "new"
        else:
            sku_id = known.id
            result = "changed" if self._change(known, values, product) else "same"
        for barcode in dict.fromkeys(code for row in rows for code in row.barcodes):
            if barcode not in self._barcodes[sku_id] and making.add_barcode(tx, sku_id, barcode):
                result = "new" if result == "new" else "changed"
        return sku_id, result

    def _change(self, known: Any, values: dict[str, Any], product: str) -> bool:
        tx, work = self.tx, self._work
        changed = {k: v for k, v in values.items() if getattr(known, k) != v}
        if product and product != known.product:
            changed["product_id"] = making.product_named(tx, work, product)
        if "weight_g" in changed:
            changed["weight_samples"] = 0  # a person wrote it
        if changed:
            tx.execute(
                update(skus)
                .where(skus.c.id == known.id)
                .values(**changed, revision=skus.c.revision + 1)
            )
        return bool(changed)

    def _make_bins(self, names: Collection[str]) -> None:
        fresh = set(names) - self._bins
        self._bins |= fresh
        known = self.tx.execute(select(bins.c.code).where(bins.c.code.in_(sorted(fresh))))
        now = self._work.now()
        rows = [{"code": n, "created_at": now} for n in sorted(fresh - set(known.scalars()))]
        if rows:
            insert_all_new(self.tx, bins, rows)

    def _products(self, names: Collection[str]) -> dict[str, str]:
        rows = self.tx.execute(select(products).where(products.c.name.in_(list(names))))
        found = {row.name: row.id for row in rows}
        new = {name: self._work.key() for name in sorted(set(names) - set(found))}
        if new:
            made = [{"id": i, "name": n, "created_at": self._work.now()} for n, i in new.items()]
            self.tx.execute(insert(products), made)
        return found | new


def _named(sku: str, rows: Sequence[Said]) -> tuple[str, dict[str, Any]]:
    """The product of a new SKU, and its columns."""
    values = {"name": sku, **_values(rows)}
    return next((r.product for r in rows if r.product), "") or values["name"], values


def _values(rows: Sequence[Said]) -> dict[str, Any]:
    """What all rows of the SKU say together; a later row goes before an earlier one."""
    return {name: value for row in rows for name, value in row.values.items()}
