"""Papers of other programs by file: each once, each whole; and what they are told in turn."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.domain.errors import UserError
from app.jobs import CancelToken
from app.services import integrity
from app.services.stock import receiving, stock
from app.services.stock.papers import file_booking, file_documents, told_moves, watched_folder
from app.services.stock.papers.file_booking import FileRow
from app.store.tables import skus, stock_balances, stock_batches, stock_spots
from tests.support.warehouse import Bench

DATA = Path(__file__).parents[1] / "data" / "stock"
HANDBOOK = Path(__file__).parents[2] / "docs" / "stock-files.md"
TEA, CUP = "TEA-1", "CUP-1"
Places = dict[tuple[str, str], int]


@pytest.fixture(autouse=True)
def shelf(bench: Bench) -> None:
    rows = [
        {"sku": TEA, "barcode": "690001", "quantity": "20", "bin": "A-01"},
        {"sku": CUP, "barcode": "690002", "quantity": "8", "bin": "A-02"},
    ]
    stock.import_rows(bench.work, rows)


def places(bench: Bench, code: str) -> Places:
    with bench.work.db.read() as tx:
        rows = tx.execute(
            select(stock_spots, stock_batches.c.code)
            .join(skus, skus.c.id == stock_spots.c.sku_id)
            .outerjoin(stock_batches, stock_batches.c.id == stock_spots.c.batch_id)
            .where(skus.c.code == code, stock_spots.c.quantity != 0)
        ).all()
    return {(r.bin, r.code or ""): r.quantity for r in rows}


def on_the_way(bench: Bench, code: str) -> int:
    query = select(stock_balances.c.in_transit).join(skus, skus.c.id == stock_balances.c.sku_id)
    with bench.work.db.read() as tx:
        return int(tx.execute(query.where(skus.c.code == code)).scalar_one())


def book(bench: Bench, file: Path, *, dry_run: bool = False, source: str = "") -> list[FileRow]:
    read = file_documents.read_file(file, source)
    return file_booking.import_documents(bench.work, read, dry_run=dry_run)


def csv(tmp_path: Path, *rows: str, head: str = "document,kind,sku,quantity") -> Path:
    file = tmp_path / "papers.csv"
    file.write_text("\n".join([head, *rows]), encoding="utf-8")
    return file


def whole(bench: Bench) -> bool:
    return not integrity.check(bench.work).broken


def results(rows: list[FileRow]) -> list[str]:
    return [r.result for r in rows]


@pytest.mark.parametrize("name", ["papers.csv", "papers.json"])
def test_the_handbook_shows_files_that_are_taken(name: str) -> None:
    kind = name.partition(".")[2]
    (shown,) = re.findall(rf"```{kind}\n(.*?)```", HANDBOOK.read_text(encoding="utf-8"), re.DOTALL)
    assert shown == (DATA / name).read_text(encoding="utf-8")


def test_the_handbook_names_every_column_and_code() -> None:
    text = HANDBOOK.read_text(encoding="utf-8")
    assert [c for c in file_documents.COLUMNS if f"`{c}`" not in text] == []
    columns = text.partition("## JSON")[0]
    for row in re.findall(r"^\| `(\w+)` \| ([^|`]+) \|", columns, re.MULTILINE):
        known = file_documents.COLUMNS.get(row[0], ())
        named = [h for h in re.split(r"[, …]+", row[1].strip()) if h]
        assert [h for h in named if known and h not in known] == []


def test_every_kind_is_booked_once(bench: Bench) -> None:
    bench.clock.advance(60)
    dry = book(bench, DATA / "papers.csv", dry_run=True)
    assert results(dry) == ["done"] * 7
    assert places(bench, TEA) == {("A-01", ""): 20}
    for expected in ("done", "kept"):
        assert results(book(bench, DATA / "papers.csv")) == [expected] * 7
        assert places(bench, TEA) == {("A-01", ""): 15, ("A-09", ""): 5, ("A-03", "B7"): 4}
        assert places(bench, CUP) == {("A-02", ""): 9}
        assert (on_the_way(bench, TEA), on_the_way(bench, CUP)) == (24, 12)
    assert whole(bench)


def test_json_and_gbk_are_read_too(bench: Bench, tmp_path: Path) -> None:
    assert results(book(bench, DATA / "papers-gbk.csv", source="门店")) == ["done", "done"]
    assert (places(bench, TEA), places(bench, CUP)) == ({("A-01", ""): 19}, {("A-02", ""): 11})
    marked = tmp_path / "marked.json"
    marked.write_bytes(b"\xef\xbb\xbf" + (DATA / "papers.json").read_bytes())
    for expected in ("done", "kept"):
        assert results(book(bench, marked)) == [expected] * 3
    # The books knew of no cup then: ten more, and all that moved since stays moved.
    assert places(bench, TEA) == {("A-01", ""): 18}
    assert places(bench, CUP) == {("A-02", ""): 10 + 8 + 3 - 2}
    assert whole(bench)


def test_a_figure_of_an_earlier_hour_keeps_what_moved_since(bench: Bench, tmp_path: Path) -> None:
    at = (bench.clock.now() + timedelta(minutes=1)).isoformat()
    bench.clock.advance(120)
    receiving.receive(bench.work, CUP, 5)
    file = csv(tmp_path, f"L-1,level,{CUP},6,{at}", head="document,kind,sku,quantity,at")
    assert results(book(bench, file)) == ["done"]
    assert places(bench, CUP) == {("A-02", ""): 11}  # 8 were 6 then; 5 came later
    assert whole(bench)


def test_the_same_number_means_the_same_paper(bench: Bench, tmp_path: Path) -> None:
    first = csv(tmp_path, f"S-1,issue,{TEA},2", f"S-1,issue,{CUP},1")
    assert results(book(bench, first)) == ["done", "done"]
    turned = csv(tmp_path, f"S-1,issue,{CUP},1", f"S-1,issue,{TEA},2")
    assert results(book(bench, turned)) == ["kept", "kept"]
    changed = csv(tmp_path, f"S-1,issue,{TEA},3", f"S-1,issue,{CUP},1")
    rows = book(bench, changed)
    assert (results(rows), rows[0].code) == (["failed", "refused"], "paper_differs")
    assert results(book(bench, changed, source="counter-2")) == ["done", "done"]
    assert results(book(bench, csv(tmp_path, f"S-1,receipt,{TEA},2"))) == ["done"]
    assert places(bench, TEA) == {("A-01", ""): 17}
    assert whole(bench)


def test_a_document_is_booked_whole_or_not_at_all(bench: Bench, tmp_path: Path) -> None:
    file = csv(
        tmp_path,
        f"S-1,issue,{TEA},2",
        f"S-1,issue,{CUP},9",
        "S-2,issue,NONE,1",
        f"S-3,issue,{TEA},1.5",
        f"S-3,issue,{TEA},1",
        f",issue,{TEA},1",
        f"S-4,gone,{TEA},1",
        f"S-5,transfer,{TEA},1",
        f"S-6,issue,{TEA},1",
        f"S-7,level,{TEA},-1",
    )
    rows = book(bench, file)
    assert [(r.line, r.number, r.result, r.code) for r in rows] == [
        (2, "S-1", "refused", "document_refused"),
        (3, "S-1", "failed", "stock_negative"),
        (4, "S-2", "failed", "no_such_sku"),
        (5, "S-3", "failed", "import_row"),
        (6, "S-3", "refused", "document_refused"),
        (7, "", "failed", "import_row"),
        (8, "", "failed", "import_row"),
        (9, "S-5", "failed", "import_row"),
        (10, "S-6", "done", ""),
        (11, "S-7", "failed", "import_row"),
    ]
    assert all(str(r.message) and str(r.remedy) for r in rows if not r.ok)
    assert places(bench, TEA) == {("A-01", ""): 19}
    # Corrected and handed in again, it is booked: nothing of it was.
    again = csv(tmp_path, f"S-1,issue,{TEA},2", f"S-1,issue,{CUP},8", f"S-6,issue,{TEA},1")
    assert results(book(bench, again)) == ["done", "done", "kept"]
    assert places(bench, CUP) == {}
    assert whole(bench)


@pytest.mark.parametrize(
    "content",
    [
        "[",
        "7",
        '{"documents": 7}',
        '{"documents": [{"kind": "issue", "number": "1"}]}',
        '{"documents": [{"kind": "issue", "number": "1", "lines": ["x"]}]}',
        '{"documents": [{"kind": "issue", "number": "1", "lines": [{"quantity": NaN}]}]}',
    ],
)
def test_what_is_no_document_is_refused(bench: Bench, tmp_path: Path, content: str) -> None:
    file = tmp_path / "x.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(UserError) as refused:
        book(bench, file)
    assert refused.value.code == "import_json"


def test_values_of_other_kinds_are_no_quantities(bench: Bench, tmp_path: Path) -> None:
    lines = [{"sku": TEA, "quantity": q} for q in (True, [1], {"n": 1}, None, "1e3", 2.5, "x")]
    file = tmp_path / "x.json"
    wrong = {"documents": [{"kind": "issue", "number": "1", "lines": lines}]}
    file.write_text(json.dumps(wrong), encoding="utf-8")
    assert results(book(bench, file)) == ["failed"] * len(lines)
    assert places(bench, TEA) == {("A-01", ""): 20}


def looked(bench: Bench, folder: Path, times: int = 2) -> list[watched_folder.Taken]:
    watcher = watched_folder.Watcher(bench.work, folder, "pos")
    return [taken for _ in range(times) for taken in watcher.look()]


def test_a_file_in_the_folder_is_taken_once(bench: Bench, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    sale = "document,kind,sku,quantity\nS-1,issue,TEA-1,2\n"
    (folder / "sales.csv").write_text(sale, encoding="utf-8")
    (folder / "bad.json").write_text("[", encoding="utf-8")
    (folder / ".sales.csv").write_text(sale, encoding="utf-8")
    (folder / "read me.txt").write_text("no paper", encoding="utf-8")
    assert looked(bench, folder, 1) == []  # somebody may still write it
    taken = {t.file.name: t for t in looked(bench, folder)}
    assert {name: t.ok for name, t in taken.items()} == {"sales.csv": True, "bad.json": False}
    assert taken["sales.csv"].where == folder / "done" / "sales.csv"
    said = json.loads((folder / "done" / "sales.csv.result.json").read_text(encoding="utf-8"))
    assert (said["ok"], said["rows"][0]["result"], said["errors"]) == (True, "done", [])
    failed = json.loads((folder / "failed" / "bad.json.result.json").read_text(encoding="utf-8"))
    assert (failed["ok"], failed["errors"][0]["code"]) == (False, "import_json")
    (folder / "sales.csv").write_text(sale.replace("S-1", "S-2"), encoding="utf-8")
    (again,) = looked(bench, folder)
    assert again.where == folder / "done" / "sales (2).csv"
    assert places(bench, TEA) == {("A-01", ""): 16}
    assert sorted(p.name for p in folder.iterdir() if p.is_file()) == [".sales.csv", "read me.txt"]


def test_a_crash_between_two_steps_books_nothing_twice(bench: Bench, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    file = folder / "sales.csv"
    file.write_text("document,kind,sku,quantity\nS-1,issue,TEA-1,2\n", encoding="utf-8")
    book(bench, file, source="pos")  # booked, and then it died
    (folder / "done").mkdir()
    (folder / "done" / "sales.csv.result.json").write_text("half", encoding="utf-8")
    (taken,) = looked(bench, folder)
    assert (results(list(taken.rows)), taken.where) == (["kept"], folder / "done" / "sales.csv")
    assert json.loads((folder / "done" / "sales.csv.result.json").read_text(encoding="utf-8"))["ok"]
    assert watched_folder.take(bench.work, file) is None  # another bench was quicker
    assert places(bench, TEA) == {("A-01", ""): 18}


def test_a_stopped_watch_takes_nothing_more(bench: Bench, tmp_path: Path) -> None:
    stop = CancelToken()
    stop.cancel()
    file = csv(tmp_path, f"S-1,issue,{TEA},2")
    watcher = watched_folder.Watcher(bench.work, tmp_path)
    assert [t for _ in range(2) for t in watcher.look(stop)] == []
    assert file.exists()
    with pytest.raises(UserError) as refused:
        list(watched_folder.Watcher(bench.work, tmp_path / "nowhere").look())
    assert refused.value.code == "folder"


def test_each_movement_is_told_once(bench: Bench, tmp_path: Path) -> None:
    start = told_moves.next_batch(bench.work, "wms")
    assert told_moves.confirm(bench.work, "wms", start)
    book(bench, csv(tmp_path, f"W-1,issue,{TEA},1"), source="wms")  # its own paper
    book(bench, csv(tmp_path, f"S-1,issue,{TEA},2", f"S-2,issue,{CUP},3"), source="pos")
    first = told_moves.next_batch(bench.work, "wms", limit=2)
    assert [(r["document"], r["on_hand"], r["source"]) for r in first.rows] == [("S-1", -2, "pos")]
    receiving.receive(bench.work, CUP, 1, reference="IN-1")
    # It died before the file was written, or after: the same batch again.
    assert told_moves.next_batch(bench.work, "wms") == told_moves.next_batch(bench.work, "wms")
    assert told_moves.next_batch(bench.work, "wms").rows == first.rows
    assert told_moves.confirm(bench.work, "wms", first)
    assert not told_moves.confirm(bench.work, "wms", first)
    second = told_moves.next_batch(bench.work, "wms")
    assert [r["document"] for r in second.rows] == ["S-2", "IN-1"]
    assert second.number == first.number + 1
    told_moves.confirm(bench.work, "wms", second)
    assert told_moves.next_batch(bench.work, "wms").rows == []
    other = told_moves.moves_since(bench.work, first.since)
    assert [r["document"] for r in other.rows] == ["W-1", "S-1", "S-2", "IN-1"]
    assert not other.more
    assert told_moves.moves_since(bench.work, other.upto).rows == []
