"""A trial of rules says who would carry the last parcels, and changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from app.domain.errors import UserError
from app.domain.routing import Rule
from app.services.money import price_files, trial
from app.store.tables import audit, holds, parcels
from tests.services.money.billing import PRICE, csv_file, excel_file
from tests.services.money.test_choice import apply, choose_anew, waiting, write_note
from tests.support.warehouse import Bench


def everything(bench: Bench) -> list[str]:
    with bench.work.db.read() as tx:
        return [str(r) for table in (parcels, holds, audit) for r in tx.execute(select(table))]


@pytest.mark.synced
def test_other_rules_are_tried_on_the_last_parcels(bench: Bench) -> None:
    apply(bench, PRICE.format(carrier="zto") + PRICE.format(carrier="sf").replace("400", "900"))
    parcel = waiting(bench)
    write_note(bench, parcel.id, "不要顺丰")
    choose_anew(bench, parcel.id)
    before = everything(bench)
    same = trial.try_rules(bench.work)
    changed = [r for r in same.rows if r.changes]
    assert [r for r in changed if r.account_now and not r.by_hand] == []
    found = trial.try_rules(bench.work, [Rule("all", {}, "sf")], last=20)
    assert 15 < len(found.rows) <= 20, "an order without an address is left out"
    assert everything(bench) == before
    sides = {side.carrier: side for side in found.by_carrier}
    assert sum(side.now for side in sides.values()) == len(found.rows)
    assert sides["sf"].then == sum(r.then == "sf" for r in found.rows) > 15
    assert all(r.fee_fen_now is None for r in found.rows if not r.now)
    by_zto = next(r for r in found.rows if r.now == "zto" and r.then == "sf")
    assert by_zto.fee_fen_now is not None
    assert by_zto.fee_fen_then is not None
    assert by_zto.fee_fen_then - by_zto.fee_fen_now == 500
    assert found.fee_fen_then > found.fee_fen_now
    everyone = trial.try_rules(bench.work, [Rule("all", {}, "sf")], last=1000)
    refused = next(r for r in everyone.rows if r.parcel == parcel.id)
    assert refused.then == ""
    assert "the note refuses SF Express" in str(refused.steps[0])


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_price_table_comes_from_a_file(tmp_path: Path, kind: str) -> None:
    headings = ("区域", "省份", "首重(kg)", "首重价", "续重(kg)", "续重价", "重量上限")
    rows = [
        ("江浙沪", "浙江、江苏 上海", "1", "3.2", "1", "0.8", ""),
        ("远", "西藏,新疆", "1", "12", "0.5", "5", "30"),
        ("其他", "其他", "1", "4.5元", "", "", ""),
        ("", "", "", "", "", "", ""),
    ]
    if kind == "csv":
        file = csv_file(tmp_path / "p.csv", rows, headings)
    else:
        file = excel_file(tmp_path / "p.xlsx", [headings, *rows])
    table = price_files.read_price_file(file, "2026", "zto", packaging_g=80)
    near, far, rest = table.zones
    assert (near.provinces, near.first_g, near.first_fen) == (("浙江", "江苏", "上海"), 1000, 320)
    assert (near.further_g, near.further_fen, near.max_weight_g) == (1000, 80, None)
    assert (far.further_g, far.further_fen, far.max_weight_g) == (500, 500, 30000)
    assert (rest.is_rest, rest.first_fen, rest.further_g) == (True, 450, 0)
    assert table.packaging_g == 80


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (("x", "浙江", ""), "首重价"),
        (("x", "浙江", "drei"), "drei"),
        (("x", "浙江", "-1"), "-1"),
        (None, "no row with a price"),
    ],
)
def test_a_wrong_price_file_names_the_line(
    tmp_path: Path, row: tuple[str, ...] | None, says: str
) -> None:
    file = csv_file(tmp_path / "p.csv", [row] if row else [], ("区域", "省份", "首重价"))
    with pytest.raises(UserError) as wrong:
        price_files.read_price_file(file, "2026", "zto")
    assert says in str(wrong.value.message)
    assert not row or "Line 2" in str(wrong.value.message)
