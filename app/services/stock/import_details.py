"""The SKUs behind the rows of a stock file: what is said of them is stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, select, update

from app.domain.text import Text
from app.services.stock import bins, goods_rules, ledger, making
from app.services.stock.import_values import Said
from app.services.workplace import Workplace
from app.store.tables import products, sku_barcodes, skus


class Details:
    """What is known of the SKUs of one transaction, read at once."""

    def __init__(self, tx: Connection, work: Workplace, sku_ids: Collection[str]) -> None:
        self.tx, self._work = tx, work
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

    def store(self, sku: str, rows: Sequence[Said], home: str) -> tuple[str, str]:
        """Store what the rows say; the SKU's id, and ``new``, ``changed`` or ``same``."""
        tx, work = self.tx, self._work
        values = {**_values(rows), "bin": home}
        product = next((r.product for r in rows if r.product), "")
        for bin_name in sorted({home, *(r.bin for r in rows)}):
            bins.ensure(tx, work, bin_name)
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


def _values(rows: Sequence[Said]) -> dict[str, Any]:
    """What all rows of the SKU say together; a later row goes before an earlier one."""
    return {name: value for row in rows for name, value in row.values.items()}
