"""Ordinary new orders are written many at once, and the rows are those of the long way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from app.domain.orders import OrderSnapshot
from app.domain.states import OrderStatus
from app.services import integrity
from app.services.stock import mapping
from app.services.sync import intake, intake_new, syncing
from app.services.sync.sync_reading import SyncResult, store
from app.services.workplace import Workplace
from app.store.tables import listings, metadata, order_lines
from tests.support.other_pc import another_pc
from tests.support.warehouse import Bench, open_bench

TABLES = (
    "orders",
    "order_lines",
    "after_sales",
    "listings",
    "shipments",
    "parcels",
    "parcel_lines",
    "reservations",
    "holds",
    "stock_balances",
    "stock_moves",
    "audit",
)


def snapshots(bench: Bench, shop_id: str) -> list[OrderSnapshot]:
    shop = bench.work.outside.shop(shop_id)
    return [shop.order(o.order_id) for o in bench.scenario.orders if o.shop == shop_id]


def told(work: Workplace) -> dict[str, list[str]]:
    """Every row of the tables, with our keys replaced by what they stand for."""
    with work.db.read() as tx:
        rows = {n: tx.execute(select(metadata.tables[n])).mappings().all() for n in metadata.tables}
    names: dict[str, str] = {r["id"]: f"sku {r['code']}" for r in rows["skus"]}
    names |= {r["id"]: f"order {r['order_id']}" for r in rows["orders"]}
    names |= {r["id"]: f"line {names[r['order_id']]}/{r['line_key']}" for r in rows["order_lines"]}
    contents: dict[str, list[str]] = {}
    for r in rows["parcel_lines"]:
        contents.setdefault(r["parcel_id"], []).append(names[r["order_line_id"]])
    names |= {key: f"parcel {sorted(lines)}" for key, lines in contents.items()}
    names |= {r["id"]: f"piece {names[r['order_line_id']]}" for r in rows["parcel_lines"]}
    names |= {r["shipment_id"]: f"shipment {names[r['id']]}" for r in rows["parcels"]}

    def shown(value: Any) -> Any:
        return names.get(value, value) if isinstance(value, str) else value

    found: dict[str, list[str]] = {}
    for table in TABLES:
        own = {"orders", "order_lines", "parcels", "parcel_lines", "shipments", "stock_balances"}
        left_out = set() if table in own else {"id"}
        found[table] = sorted(
            str({k: shown(v) for k, v in sorted(r.items()) if k not in left_out})
            for r in rows[table]
            if r.get("action") != "config"
        )
    return found


def test_both_ways_write_the_same_rows(tmp_path: Path) -> None:
    with (
        open_bench(tmp_path / "quick", orders=90) as bench,
        another_pc(bench, tmp_path / "long") as other,
    ):
        for shop_id in syncing.shop_ids(bench.work):
            for work in (bench.work, other.work):
                syncing.refresh_accounts(work, work.outside.shop(shop_id))
            read = snapshots(bench, shop_id)
            result = SyncResult(shop_id)
            assert store(bench.work, shop_id, read, result.count)
            assert result.new == len(read)
            for order in read:
                with other.work.db.write() as tx:
                    assert intake.store(tx, other.work, shop_id, order) is intake.Stored.NEW
        quick, long = told(bench.work), told(other.work)
        for table in TABLES:
            assert quick[table] == long[table], table
        assert integrity.check(bench.work).broken == ()


def test_goods_that_only_the_pulled_listing_names_are_known_before_they_are_paid(
    tmp_path: Path,
) -> None:
    """Or else more would be for sale than there is: what is ordered counts from the order on."""
    with open_bench(tmp_path) as bench:
        seed = bench.seed("ordinary")
        shop_id, told = seed.shop, bench.work.outside.shop(seed.shop).order(seed.order_id)
        line = told.lines[0]
        with bench.work.db.write() as tx:
            tx.execute(
                insert(listings).values(
                    id=bench.work.key(),
                    shop_id=shop_id,
                    product_id=line.product_id,
                    sku_id="pulled",
                    title=line.title,
                    spec=line.spec,
                    sku_code=bench.scenario.goods[0].sku,
                )
            )
        unnamed = replace(line, sku_id="pulled", sku_code="", barcode="")
        order = replace(told, status=OrderStatus.UNPAID, lines=(unnamed,))
        with bench.work.db.write() as tx:
            assert intake_new.store(tx, bench.work, shop_id, [order]) == [order]
            (mapped,) = tx.execute(select(order_lines.c.mapped_sku_id)).scalars()
            known = mapping.lookup(tx, shop_id, line.product_id, "pulled", "", "")
        assert known is not None
        assert mapped == known.sku_id


def test_ordinary_orders_go_the_quick_way(tmp_path: Path) -> None:
    with open_bench(tmp_path, orders=90) as bench:
        kinds = {o.order_id: o.kind for o in bench.scenario.orders}
        quick: set[str] = set()
        for shop_id in syncing.shop_ids(bench.work):
            syncing.refresh_accounts(bench.work, bench.work.outside.shop(shop_id))
            with bench.work.db.write() as tx:
                written = intake_new.store(tx, bench.work, shop_id, snapshots(bench, shop_id))
            quick |= {order.order_id for order in written}
        ordinary = {i for i, kind in kinds.items() if kind == "ordinary"}
        assert ordinary <= quick
        assert {"coupon", "multi_gift", "shipped"} <= {kinds[i] for i in quick}
        assert not {"refund_open", "short", "unmapped", "gift_pending"} & {kinds[i] for i in quick}


def test_stock_that_suffices_for_some_goes_to_the_first_and_the_others_are_short(
    tmp_path: Path,
) -> None:
    with open_bench(tmp_path, orders=90, stocked=False) as bench:
        shop_id = syncing.shop_ids(bench.work)[0]
        syncing.sync_shop(bench.work, shop_id)
        assert integrity.check(bench.work).broken == ()
        with bench.work.db.read() as tx:
            held = tx.execute(
                select(metadata.tables["holds"].c.code).where(
                    metadata.tables["holds"].c.code.in_(["short", "unmapped"])
                )
            ).all()
        assert held
