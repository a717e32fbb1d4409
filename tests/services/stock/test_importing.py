"""Stock files: counted by place, bad rows named, and a file of ours reads back as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from app.domain.states import MoveKind
from app.jobs import CancelToken, Step
from app.services import integrity
from app.services.stock import exporting, finding, importing, stock
from app.services.stock.finding import SeveralItemsError
from app.spreadsheets import STOCK_COLUMNS, read_rows, write_rows
from app.store.tables import sku_barcodes, skus, stock_batches, stock_moves, stock_spots
from tests.support.warehouse import Bench

Row = Mapping[str, str]


def imported(bench: Bench, *rows: Row) -> list[str]:
    return [r.result for r in importing.import_rows(bench.work, rows)]


def spots(bench: Bench, sku: str) -> dict[tuple[str, str], int]:
    """Pieces by bin and batch code."""
    with bench.work.db.read() as tx:
        rows = tx.execute(
            select(stock_spots, stock_batches.c.code.label("batch"))
            .join(skus, skus.c.id == stock_spots.c.sku_id)
            .outerjoin(stock_batches, stock_batches.c.id == stock_spots.c.batch_id)
            .where(skus.c.code == sku, stock_spots.c.quantity != 0)
        ).all()
    return {(r.bin, r.batch or ""): r.quantity for r in rows}


def home(bench: Bench, sku: str) -> str:
    with bench.work.db.read() as tx:
        return str(tx.execute(select(skus.c.bin).where(skus.c.code == sku)).scalar_one())


def kinds(bench: Bench, sku: str) -> list[str]:
    return [m.kind for m in reversed(stock.moves(bench.work, sku))]


def test_several_rows_of_an_item_are_counted_where_they_lie(bench: Bench) -> None:
    rows = [
        {"sku": "N-1", "name": "nuts", "bin": "A-1", "quantity": "12"},
        {"sku": "N-1", "name": "nuts", "bin": "R-9", "quantity": "30"},
    ]
    assert imported(bench, *rows) == ["new", "new"]
    assert spots(bench, "N-1") == {("A-1", ""): 12, ("R-9", ""): 30}
    assert home(bench, "N-1") == "A-1"
    rows[1]["quantity"] = "28"
    assert imported(bench, *rows) == ["same", "changed"]
    assert spots(bench, "N-1") == {("A-1", ""): 12, ("R-9", ""): 28}
    assert imported(bench, {"sku": "N-1", "bin": "R-9", "quantity": "5"}) == ["changed"]
    assert spots(bench, "N-1") == {("A-1", ""): 12, ("R-9", ""): 5}
    assert home(bench, "N-1") == "A-1"
    assert integrity.check(bench.work).broken == ()


def test_goods_move_along_when_their_one_bin_has_another_name(bench: Bench) -> None:
    imported(bench, {"sku": "N-1", "bin": "A-1", "quantity": "12"})
    assert imported(bench, {"sku": "N-1", "bin": "B-2", "quantity": "13"}) == ["changed"]
    assert spots(bench, "N-1") == {("B-2", ""): 13}
    assert home(bench, "N-1") == "B-2"
    assert kinds(bench, "N-1") == [
        MoveKind.COUNT,
        MoveKind.TRANSFER,
        MoveKind.TRANSFER,
        MoveKind.COUNT,
    ]


def test_what_nobody_had_placed_is_moved_and_not_counted_twice(bench: Bench) -> None:
    imported(bench, {"sku": "N-1", "quantity": "20"})
    rows = [
        {"sku": "N-1", "bin": "A-1", "batch": "L1", "expires": "2027/3/31", "quantity": "12"},
        {"sku": "N-1", "bin": "B-1", "batch": "L2", "expires": "2027-06-30", "quantity": "8"},
    ]
    assert imported(bench, *rows) == ["changed", "changed"]
    assert spots(bench, "N-1") == {("A-1", "L1"): 12, ("B-1", "L2"): 8}
    assert stock.moves(bench.work, "N-1")[0].balance == 20
    assert imported(bench, *rows) == ["same", "same"]


def test_an_empty_quantity_leaves_the_stock(bench: Bench) -> None:
    imported(bench, {"sku": "N-1", "quantity": "20"})
    row = {"sku": "N-1", "quantity": "", "safety": "5", "pack_quantity": "6", "lead_days": "3"}
    assert imported(bench, row) == ["changed"]
    assert imported(bench, row) == ["same"]
    assert spots(bench, "N-1") == {("", ""): 20}


@pytest.mark.parametrize(
    "bad",
    [
        {"sku": "N-1", "quantity": "many"},
        {"sku": "N-1", "quantity": "-1"},
        {"sku": "N-1", "quantity": "1", "pack_quantity": "0"},
        {"sku": "N-1", "quantity": "1", "batch": "L1", "expires": "2027-02-30"},
        {"sku": "N-1", "quantity": "1", "expires": "2027-02-20"},
        {"sku": "N-1", "quantity": "1", "bin": "@picked"},
        {"sku": "N-1", "quantity": "1", "kind": "toy"},
        {"sku": "N-1", "quantity": "1", "kind": "bundle"},
        {"sku": "N" * 65, "quantity": "1"},
        {"sku": "N-1", "quantity": "1", "barcode": "9" * 65},
        {"sku": "", "quantity": "1"},
    ],
)
def test_a_bad_row_is_named_and_left_out(bench: Bench, bad: Row) -> None:
    found = importing.import_rows(bench.work, [bad, {"sku": "G-1", "quantity": "2"}])
    assert [r.result for r in found] == ["failed", "new"]
    assert "2" in str(found[0].message)
    assert spots(bench, "N-1") == {}


def test_goods_kept_by_batch_are_not_counted_without_one(bench: Bench) -> None:
    imported(bench, {"sku": "N-1", "quantity": "0", "batch_tracked": "是"})
    found = importing.import_rows(bench.work, [{"sku": "N-1", "quantity": "3"}])
    assert [r.result for r in found] == ["failed"]
    assert spots(bench, "N-1") == {}


def test_one_place_with_two_numbers_is_refused(bench: Bench) -> None:
    rows = [{"sku": "N-1", "bin": "A", "quantity": n} for n in ("1", "2")]
    assert imported(bench, *rows) == ["failed", "failed"]


def test_a_stopped_import_has_stored_what_it_says(bench: Bench) -> None:
    token = CancelToken()
    steps: list[Step] = []

    def stop(step: Step) -> None:
        steps.append(step)
        token.cancel()

    rows = [{"sku": f"N-{n}", "quantity": "1"} for n in range(120)]
    found = importing.import_rows(bench.work, rows, progress=stop, cancel=token)
    assert 0 < len(found) < 120
    assert (steps[0].done, steps[0].total) == (len(found), 120)
    kept = {r.sku for r in stock.list_stock(bench.work, "N-")}
    assert kept == {r.sku for r in found}


@pytest.mark.parametrize("name", ["stock.xlsx", "stock.csv"])
@pytest.mark.parametrize("chinese", [True, False])
def test_what_was_exported_imports_as_the_same(
    bench: Bench, tmp_path: Path, name: str, chinese: bool
) -> None:
    rows: Sequence[Row] = [
        {
            "sku": "=N-1",
            "barcode": "0690",
            "barcodes": "0691|0692",
            "name": "'nuts",
            "spec": "-500g",
            "product": "nuts",
            "quantity": "3",
            "bin": "A-1",
            "batch": "L1",
            "expires": "2027-01-31",
            "weight_g": "520",
            "length_mm": "100",
            "note": "@home",
        },
        {"sku": "=N-1", "bin": "R-1", "quantity": "7"},
        {"sku": "BOX", "kind": "包材", "quantity": "0", "active": "0"},
    ]
    assert imported(bench, *rows) == ["new"] * 3
    with bench.work.db.read() as tx:
        before = tx.execute(select(stock_moves.c.id)).all()
    file = tmp_path / name
    written = write_rows(file, STOCK_COLUMNS, exporting.stock_rows(bench.work), chinese=chinese)
    again = importing.import_rows(bench.work, read_rows(file, STOCK_COLUMNS, ("sku",)))
    assert {r.result for r in again} == {"same"}, [r for r in again if r.result != "same"][:3]
    assert len(again) == written
    with bench.work.db.read() as tx:
        assert tx.execute(select(stock_moves.c.id)).all() == before


def test_a_code_on_several_items_names_them_and_a_person_decides(bench: Bench) -> None:
    imported(bench, {"sku": "C-1", "name": "cup", "bin": "A-1", "quantity": "1"})
    imported(bench, {"sku": "C-2", "name": "cup", "spec": "blue", "quantity": "1", "picture": "p"})
    with bench.work.db.write() as tx:
        ids = [finding.find_sku(tx, code) for code in ("C-1", "C-2")]
        for sku_id in ids:
            tx.execute(insert(sku_barcodes).values(barcode="6900", sku_id=sku_id))
    with bench.work.db.read() as tx:
        with pytest.raises(SeveralItemsError) as caught:
            finding.find_sku(tx, "6900")
        assert caught.value.code == "several_items"
        assert [(c.sku, c.bin, c.picture) for c in caught.value.candidates] == [
            ("C-1", "A-1", ""),
            ("C-2", "", "p"),
        ]
        assert finding.find_sku(tx, "6900", "C-2") == ids[1]
