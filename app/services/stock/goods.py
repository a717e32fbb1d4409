"""What is known of an item beside its stock, and changing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, exists, or_, select, update

from app.domain.errors import UserError
from app.domain.states import SkuKind
from app.domain.text import T, Text
from app.services import records
from app.services.parcels import weighing
from app.services.stock import goods_rules, ledger, making, remapping
from app.services.stock.finding import find_sku
from app.services.workplace import Workplace
from app.store.tables import products, sku_barcodes, skus

_TEXTS: Mapping[str, int] = {"name": 256, "spec": 256, "short_name": 64, "note": 256}
_NUMBERS: Mapping[str, tuple[str, int, int]] = {  # our word: column, least, most
    "weight_g": ("weight_g", 0, 1_000_000),
    "length_mm": ("length_mm", 0, 10_000),
    "width_mm": ("width_mm", 0, 10_000),
    "height_mm": ("height_mm", 0, 10_000),
    "safety": ("safety_quantity", 0, 100_000_000),
    "lead_days": ("lead_days", 0, 365),
    "pack_quantity": ("pack_quantity", 1, 1_000_000),
    "keep_days": ("keep_days", 0, 3650),
}
_FLAGS = ("batch_tracked", "serial_tracked")
_LONGEST_CODE = 64


@dataclass(frozen=True, slots=True)
class Goods:
    """An item. Weights in g, sizes in mm, 0 = not known. ``weight_samples``: weighed so often; with
    a weight and 0, a person wrote it. ``day_rate``: thousandths of a piece sold a day."""

    sku_id: str
    sku: str
    product: str
    name: str
    spec: str
    short_name: str
    kind: str
    barcodes: tuple[str, ...]
    picture: str
    bin: str
    weight_g: int
    weight_samples: int
    length_mm: int
    width_mm: int
    height_mm: int
    safety: int
    lead_days: int
    pack_quantity: int
    batch_tracked: bool
    serial_tracked: bool
    keep_days: int
    active: bool
    note: str
    revision: int
    sold_week: int
    day_rate: int
    created_at: datetime


def list_goods(
    work: Workplace, search: str = "", *, kind: str = "", archived: bool = False, limit: int = 1000
) -> list[Goods]:
    """Items in use, or those put away, by code; ``search``: in a code or name, or a bar code."""
    query = _query().where(skus.c.active.is_(not archived)).order_by(skus.c.code).limit(limit)
    if kind:
        query = query.where(skus.c.kind == kind)
    if search:
        query = query.where(
            or_(
                skus.c.code.icontains(search, autoescape=True),
                skus.c.name.icontains(search, autoescape=True),
                exists().where(
                    sku_barcodes.c.sku_id == skus.c.id, sku_barcodes.c.barcode == search
                ),
            )
        )
    with work.db.read() as tx:
        return [_goods(tx, row) for row in tx.execute(query).all()]


def details(work: Workplace, code: str, sku: str = "") -> Goods:
    """The item with this code or bar code. Raises ``UserError``: ``no_such_sku``,
    ``several_items``."""
    with work.db.read() as tx:
        return read(tx, find_sku(tx, code, sku))


def read(tx: Connection, sku_id: str) -> Goods:
    """The item with this id."""
    return _goods(tx, tx.execute(_query().where(skus.c.id == sku_id)).one())


def create(work: Workplace, code: str, changes: Mapping[str, Any]) -> Goods:
    """Make an item; ``changes`` as of ``change``. Raises ``UserError``: ``sku_exists``,
    ``bad_goods``."""
    code = code.strip()
    if not code or len(code) > _LONGEST_CODE or not code.isprintable():
        raise _bad("sku", T("a code has 1 to {n} characters", n=_LONGEST_CODE), code)
    values = _checked(changes, code)
    with work.db.write() as tx:
        if tx.execute(select(skus.c.id).where(skus.c.code == code)).first() is not None:
            raise UserError(
                "sku_exists",
                T("There is an item {sku} already.", sku=code),
                T("Change it, or choose another code."),
                ref=code,
            )
        refused = goods_rules.kind_refusal(tx, "", "good", values.get("kind", "good"))
        if refused is not None:
            raise _bad("kind", refused, code)
        values.setdefault("name", code)
        sku_id = making.new_sku(tx, work, code, values["name"], values)
        ledger.ensure_balance(tx, sku_id)
        records.note(tx, work, "goods_new", detail={"sku": code})
        made = read(tx, sku_id)
    remapping.remap_open_orders(work)
    work.changed("stock")
    return made


def change(
    work: Workplace, code: str, changes: Mapping[str, Any], *, revision: int | None = None
) -> Goods:
    """Change an item: name, spec, short_name, note, kind, weight_g, length_mm, width_mm, height_mm,
    safety, lead_days, pack_quantity, keep_days, batch_tracked, serial_tracked.

    With ``revision``, only when nobody has changed it since it was read. A weight written so is a
    person's: scales do not override it. Raises ``UserError``: ``no_such_sku``, ``several_items``,
    ``bad_goods``, ``goods_changed``.
    """
    with work.db.write() as tx:
        sku_id = find_sku(tx, code)
        row = tx.execute(select(skus).where(skus.c.id == sku_id).with_for_update()).one()
        if revision is not None and revision != row.revision:
            raise UserError(
                "goods_changed",
                T("{sku} was changed by somebody else meanwhile.", sku=row.code),
                T("Look at it again, then change it."),
                ref=row.code,
            )
        values = _checked(changes, row.code)
        refused = goods_rules.kind_refusal(tx, sku_id, row.kind, values.get("kind", row.kind))
        if refused is not None:
            raise _bad("kind", refused, row.code)
        weighed = "weight_g" in values
        if weighed:
            values["weight_samples"] = 0
        _write(tx, work, row, values)
        after = read(tx, sku_id)
    if weighed:
        weighing.expect_anew(work)
    work.changed("stock")
    return after


def add_barcode(work: Workplace, code: str, barcode: str) -> bool:
    """Give the item one more bar code; whether it is new. Another item may have it as well.

    Raises ``UserError``: ``no_such_sku``, ``bad_goods``.
    """
    barcode = "".join(barcode.split())
    if not barcode or len(barcode) > _LONGEST_CODE or not barcode.isprintable():
        raise _bad("barcode", T("a code has 1 to {n} characters", n=_LONGEST_CODE), code)
    with work.db.write() as tx:
        sku_id = find_sku(tx, code)
        new = making.add_barcode(tx, sku_id, barcode)
        if new:
            records.note(tx, work, "barcode_added", detail={"sku": code, "barcode": barcode})
    if new:
        remapping.remap_open_orders(work)
        work.changed("stock")
    return new


def remove_barcode(work: Workplace, code: str, barcode: str) -> bool:
    """Take a bar code away from the item; whether it had it. Raises ``UserError``: unknown item."""
    with work.db.write() as tx:
        gone = tx.execute(
            delete(sku_barcodes).where(
                sku_barcodes.c.sku_id == find_sku(tx, code), sku_barcodes.c.barcode == barcode
            )
        )
        if gone.rowcount:
            records.note(tx, work, "barcode_removed", detail={"sku": code, "barcode": barcode})
    work.changed("stock")
    return bool(gone.rowcount)


def archive(work: Workplace, code: str) -> Goods:
    """Put an item away that nothing is left of. Raises ``UserError``: ``goods_in_use``."""
    return _use(work, code, active=False)


def bring_back(work: Workplace, code: str) -> Goods:
    """Use an item again that was put away."""
    return _use(work, code, active=True)


def _use(work: Workplace, code: str, *, active: bool) -> Goods:
    with work.db.write() as tx:
        sku_id = find_sku(tx, code)
        ledger.lock(tx, [sku_id])
        row = tx.execute(select(skus).where(skus.c.id == sku_id).with_for_update()).one()
        refused = None if active else goods_rules.archive_refusal(tx, sku_id)
        if refused is not None:
            raise UserError(
                "goods_in_use", refused, T("Empty it first: stock count, stock adjust"), ref=code
            )
        _write(tx, work, row, {"active": active})
        after = read(tx, sku_id)
    work.changed("stock")
    return after


def _write(tx: Connection, work: Workplace, row: Any, values: Mapping[str, Any]) -> None:
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    if not changed:
        return
    tx.execute(
        update(skus).where(skus.c.id == row.id).values(**changed, revision=skus.c.revision + 1)
    )
    records.note(tx, work, "goods", detail={"sku": row.code, **changed})


def _checked(changes: Mapping[str, Any], ref: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in changes.items():
        if name in _TEXTS:
            text = " ".join(str(value).split())
            if len(text) > _TEXTS[name] or (name == "name" and not text):
                raise _bad(name, T("1 to {n} characters", n=_TEXTS[name]), ref)
            values[name] = text
        elif name in _NUMBERS:
            column, least, most = _NUMBERS[name]
            if not isinstance(value, int) or not least <= value <= most:
                raise _bad(name, T("a whole number from {a} to {b}", a=least, b=most), ref)
            values[column] = value
        elif name in _FLAGS:
            values[name] = bool(value)
        elif name == "kind" and value in set(SkuKind):
            values["kind"] = str(value)
        else:
            raise _bad(name, T("cannot be changed here"), ref)
    return values


def _bad(name: str, reason: Text, ref: str) -> UserError:
    return UserError(
        "bad_goods",
        T("{field}: {reason}", field=name, reason=reason),
        T("Correct it, then save again."),
        ref=ref,
    )


def _query() -> Any:
    return select(skus, products.c.name.label("product")).join(
        products, products.c.id == skus.c.product_id
    )


def _goods(tx: Connection, row: Any) -> Goods:
    barcodes = tx.execute(
        select(sku_barcodes.c.barcode)
        .where(sku_barcodes.c.sku_id == row.id)
        .order_by(sku_barcodes.c.barcode)
    ).scalars()
    return Goods(
        sku_id=row.id,
        sku=row.code,
        product=row.product,
        name=row.name,
        spec=row.spec,
        short_name=row.short_name,
        kind=row.kind,
        barcodes=tuple(barcodes),
        picture=row.picture,
        bin=row.bin,
        weight_g=row.weight_g,
        weight_samples=row.weight_samples,
        length_mm=row.length_mm,
        width_mm=row.width_mm,
        height_mm=row.height_mm,
        safety=row.safety_quantity,
        lead_days=row.lead_days,
        pack_quantity=row.pack_quantity,
        batch_tracked=row.batch_tracked,
        serial_tracked=row.serial_tracked,
        keep_days=row.keep_days,
        active=row.active,
        note=row.note,
        revision=row.revision,
        sold_week=row.sold_week,
        day_rate=row.day_rate,
        created_at=row.created_at,
    )
