"""An upgrade keeps every row, and the rows that point at it."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from sqlalchemy import text

from app.store.engine import Database, sqlite_url
from app.store.schema import alembic_config, upgrade

OLD_ROWS = (
    "INSERT INTO shops (id, platform, settings) VALUES ('main', 'wechat', '{}')",
    "INSERT INTO orders (id, shop_id, order_id, status, shop_status, flow, stage, created_at,"
    " updated_at, receiver, raw, stored_at) VALUES ('1', 'main', '37', 'paid', '20', 'parcel',"
    " 'to_check', '2026-11-20 00:00:00', '2026-11-20 00:00:00', '{}', '{}', '2026-11-20 00:00:00')",
    "INSERT INTO order_lines (id, order_id, line_key, product_id, sku_id)"
    " VALUES ('2', '1', 'a', '10', '11')",
    "INSERT INTO after_sales (order_id, after_sale_id, status, open, seen_at)"
    " VALUES ('1', '2000', 'MERCHANT_PROCESSING', 1, '2026-11-20 00:00:00')",
)


def test_rows_of_the_first_version_are_all_there_after_an_upgrade(tmp_path: Path) -> None:
    db = Database(sqlite_url(tmp_path / "old.sqlite3"))
    with db.engine.connect().execution_options(packbench_write=True) as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for row in OLD_ROWS:
            connection.execute(text(row))
        connection.commit()
    assert upgrade(db) is not None
    with db.read() as tx:
        lines = tx.execute(text("SELECT order_id, product_id FROM order_lines")).all()
        cases = tx.execute(
            text("SELECT shop_id, after_sale_id, order_id, shop_order_id, open FROM after_sales")
        ).all()
    db.close()
    assert [tuple(r) for r in lines] == [("1", "10")]
    assert [tuple(r) for r in cases] == [("main", "2000", "1", "37", 1)]
