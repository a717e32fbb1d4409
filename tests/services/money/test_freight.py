"""A statement is taken in once, every line judged; what differs is claimed or accepted."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, insert, select, update

from app.domain.days import china_day
from app.domain.errors import UserError
from app.domain.freight import BillLine, Verdict
from app.domain.tracking import TrackStage
from app.jobs import CancelToken
from app.services.money import claims, fees, judging, prices, statements, views
from app.services.money.views import Period
from app.store.tables import (
    freight_lines,
    freight_statements,
    parcels,
    price_tables,
    tracks,
    waybill_fees,
)
from tests.services.money.billing import DAY, HEADINGS, PRICE, csv_file, excel_file, sent
from tests.services.money.test_choice import apply
from tests.support.warehouse import Bench

MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))

pytestmark = pytest.mark.synced


def verdicts(bench: Bench) -> dict[int, str]:
    with bench.work.db.read() as tx:
        rows = tx.execute(select(freight_lines).order_by(freight_lines.c.line)).all()
    return {r.line: r.verdict for r in rows}


def test_every_kind_of_difference_is_found(bench: Bench, tmp_path: Path) -> None:
    gone = sent(bench)
    assert {g.fee_fen for g in gone} == {550}
    heavy, dear, cheap, twice, back, right = gone[:6]
    with bench.work.db.write() as tx:
        tx.execute(
            insert(tracks).values(
                waybill_id=back.waybill,
                parcel_id=back.parcel,
                carrier="zto",
                number=back.number,
                stage=TrackStage.RETURNED,
                handed_at=bench.work.now(),
            )
        )
    file = csv_file(
        tmp_path / "中通3月账单.csv",
        [
            heavy.cells(fee="7.00", weight="3.00"),
            dear.cells(fee="¥6.50"),
            cheap.cells(fee="5.00"),
            twice.cells(),
            twice.cells(day="2026-03-16"),
            back.cells(),
            back.cells(day="2026-03-18"),
            right.cells(),
            right.cells(number="78612034510093", fee="3.20"),
            ["", "", "合计", "", "", "1,234.50"],
        ],
        above=[["中通快递对账单"], ["2026-03"]],
    )
    done = statements.import_file(bench.work, file)
    assert (done.carrier, done.lines, done.new, done.known) == ("zto", 9, 9, 0)
    assert list(verdicts(bench).values()) == [
        "weight",
        "price",
        "less",
        "right",
        "double",
        "right",
        "returned",
        "right",
        "unknown",
    ]
    summed = views.summary(bench.work, MARCH)
    (zto,) = summed.carriers
    assert (zto.parcels, zto.differing, zto.unpriced) == (7, 5, 0)
    assert zto.over_fen == 150 + 100 + 550 + 550 + 320
    assert zto.billed_fen == 700 + 650 + 500 + 4 * 550 + 550 + 320
    rows = views.differing(bench.work, MARCH)
    assert [r.over_fen for r in rows] == [550, 550, 320, 150, 100]
    by_weight = next(r for r in rows if r.verdict is Verdict.WEIGHT)
    assert str(by_weight.reason) == "weighed 1.26 kg, billed 3.00 kg"
    assert by_weight.orders
    assert by_weight.parcel == heavy.parcel
    fee = fees.of_parcels(bench.work, [twice.parcel])[twice.parcel]
    assert (fee.estimated_fen, fee.billed_fen) == (550, 1100)


def test_the_same_statement_counts_once_however_it_comes(bench: Bench, tmp_path: Path) -> None:
    gone = sent(bench)[:4]
    lines = [g.cells() for g in gone]
    file = csv_file(tmp_path / "zto.csv", lines)
    first = statements.import_file(bench.work, file)
    again = statements.import_file(bench.work, file)
    assert (first.again, again.again, again.new, again.known) == (False, True, 0, 0)
    as_excel = excel_file(tmp_path / "zto.xlsx", [HEADINGS, *lines])
    other = statements.import_file(bench.work, as_excel)
    assert (other.new, other.known) == (0, 4)
    longer = csv_file(tmp_path / "zto2.csv", [*lines, gone[0].cells(day="2026-03-20")])
    more = statements.import_file(bench.work, longer)
    assert (more.new, more.known) == (1, 4)
    assert verdicts(bench)[6] == "double"
    assert views.summary(bench.work, MARCH).parcels == 4


def test_without_days_a_second_statement_is_told_from_a_second_charge(
    bench: Bench, tmp_path: Path
) -> None:
    gone = sent(bench)[:6]
    headings = ("运单号码", "重量", "金额")
    rows = [[g.number, "1.26", "5.5"] for g in gone]
    statements.import_file(bench.work, csv_file(tmp_path / "中通a.csv", rows[:4], headings))
    same = statements.import_file(bench.work, csv_file(tmp_path / "中通b.csv", rows[:3], headings))
    assert (same.new, same.known) == (0, 3)
    next_month = [rows[0], *rows[4:]]
    other = statements.import_file(
        bench.work, csv_file(tmp_path / "中通c.csv", next_month, headings)
    )
    assert (other.new, other.known) == (3, 0)
    found = views.differing(bench.work, views.recent(bench.work))
    assert [(r.number, r.verdict) for r in found] == [(gone[0].number, Verdict.DOUBLE)]


def test_parts_of_one_fee_are_added_up(bench: Bench, tmp_path: Path) -> None:
    one = sent(bench)[0]
    headings = ("单号", "费用类型", "费用(元)", "计费重量(g)")
    rows = [[one.number, "运费", "4.50", "1260"], [one.number, "保价费", "1.00", ""]]
    statements.import_file(bench.work, csv_file(tmp_path / "中通.csv", rows, headings, "utf-8"))
    with bench.work.db.read() as tx:
        (row,) = tx.execute(select(freight_lines)).all()
    assert (row.billed_fen, row.billed_weight_g, row.kind) == (550, 1260, "运费 保价费")
    assert row.verdict == "right"


def test_unknown_columns_are_named_once_and_remembered(bench: Bench, tmp_path: Path) -> None:
    one, two = sent(bench)[:2]
    headings = ("编码", "应扣", "备注")
    file = csv_file(tmp_path / "a.csv", [[one.number, "5.50", ""]], headings)
    with pytest.raises(UserError) as wrong:
        statements.import_file(bench.work, file, "zto")
    assert wrong.value.code == "freight_columns"
    assert "编码, 应扣, 备注" in str(wrong.value.remedy)
    named = {"number": "编码", "fee": "应扣"}
    assert statements.import_file(bench.work, file, "zto", named).new == 1
    later = csv_file(tmp_path / "b.csv", [[two.number, "5.50", ""]], headings)
    assert statements.import_file(bench.work, later, "zto").new == 1


@pytest.mark.parametrize(
    ("rows", "headings", "code"),
    [
        ([["1", "2"]], ("a", "b"), "freight_columns"),
        ([], ("运单号", "金额"), "freight_empty"),
        ([["78612034510093", "viel"]], ("运单号", "金额"), "freight_amount"),
        ([["78612034510093", "1.00"]], ("运单号", "金额"), "freight_carrier"),
    ],
)
def test_a_bad_file_says_what_to_do_and_changes_nothing(
    bench: Bench, tmp_path: Path, rows: list[list[str]], headings: tuple[str, ...], code: str
) -> None:
    with pytest.raises(UserError) as wrong:
        statements.import_file(bench.work, csv_file(tmp_path / "x.csv", rows, headings))
    assert wrong.value.code == code
    assert str(wrong.value.remedy)
    with bench.work.db.read() as tx:
        assert tx.execute(select(func.count()).select_from(freight_statements)).scalar() == 0


def test_a_page_of_html_is_no_statement(bench: Bench, tmp_path: Path) -> None:
    file = tmp_path / "中通.xls"
    file.write_text("<html><table><tr><td>登录</td></tr></table></html>", encoding="utf-8")
    with pytest.raises(UserError) as wrong:
        statements.import_file(bench.work, file)
    assert wrong.value.code == "freight_columns"


def test_an_import_that_was_stopped_goes_on_with_the_same_file(
    bench: Bench, tmp_path: Path
) -> None:
    gone = sent(bench)
    rows = [gone[0].cells(number=f"7861203451{n:04}") for n in range(60)]
    file = csv_file(tmp_path / "zto.csv", [*rows, gone[1].cells()])
    token = CancelToken()
    first = statements.import_file(
        bench.work, file, "zto", progress=lambda _step: token.cancel(), cancel=token
    )
    assert 0 < first.new < 61
    (row,) = views.statements(bench.work)
    assert not row.complete
    second = statements.import_file(bench.work, file, "zto")
    assert first.new + second.new == 61
    assert views.statements(bench.work)[0].complete
    assert len(verdicts(bench)) == 61


def test_accepted_lines_are_claimed_no_more(bench: Bench, tmp_path: Path) -> None:
    gone = sent(bench)[:3]
    file = csv_file(tmp_path / "zto.csv", [g.cells(fee="9.99") for g in gone])
    statements.import_file(bench.work, file)
    rows = views.differing(bench.work, MARCH)
    with pytest.raises(UserError) as unknown:
        claims.accept(bench.work, [rows[0].id, "1"])
    assert unknown.value.code == "no_such_line"
    assert claims.accept(bench.work, [rows[0].id], "agreed") == 1
    assert claims.accept(bench.work, [rows[0].id]) == 0
    assert views.summary(bench.work, MARCH).over_fen == 2 * 449
    left = views.differing(bench.work, MARCH)
    assert len(left) == 2
    shown = views.differing(bench.work, MARCH, accepted=True)
    assert {r.accepted_why for r in shown} == {"agreed", ""}
    assert claims.take_back(bench.work, [rows[0].id]) == 1
    assert claims.accept_all(bench.work, MARCH) == 3
    assert views.differing(bench.work, MARCH) == []


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_claim_names_numbers_and_weights_and_no_buyer(
    bench: Bench, tmp_path: Path, ending: str
) -> None:
    gone = sent(bench)[:2]
    file = csv_file(tmp_path / "=zto.csv", [g.cells(fee="7.00", weight="3") for g in gone])
    statements.import_file(bench.work, file)
    out = tmp_path / f"claim.{ending}"
    assert claims.export(bench.work, out, MARCH) == 2
    if ending == "csv":
        text = out.read_text(encoding="utf-8-sig")
        assert all(f"{g.number},{DAY}" in text for g in gone)
        assert ",'=zto.csv," in text
    else:
        sheet = load_workbook(out).active
        assert sheet is not None
        table = [[cell.value for cell in row] for row in sheet.iter_rows()]
        assert table[1][1] in {g.number for g in gone}
        assert table[1][6:9] == [5.5, 7, 1.5]
    with pytest.raises(UserError) as wrong:
        claims.export(bench.work, tmp_path / "nowhere" / "claim.csv", MARCH)
    assert wrong.value.code == "export_file"


def test_a_price_table_that_comes_later_is_used_when_judged_again(
    bench: Bench, tmp_path: Path
) -> None:
    gone = sent(bench)[:2]
    with bench.work.db.write() as tx:
        tx.execute(waybill_fees.delete())
        tx.execute(price_tables.delete())
    statements.import_file(bench.work, csv_file(tmp_path / "zto.csv", [g.cells() for g in gone]))
    assert set(verdicts(bench).values()) == {"unpriced"}
    assert views.summary(bench.work, MARCH).carriers[0].unpriced == 2
    apply(bench, PRICE.format(carrier="zto"))
    assert prices.listed(bench.work)
    assert judging.anew(bench.work) == 2
    assert judging.anew(bench.work) == 0
    assert set(verdicts(bench).values()) == {"right"}


def test_the_statement_goes_before_what_the_carrier_answered(bench: Bench, tmp_path: Path) -> None:
    one, two = sent(bench)[:2]
    lines = [BillLine(0, g.number, 600, 1300, DAY) for g in (one, two)]
    assert statements.take_answers(bench.work, "zto", "zto", lines) == 2
    assert statements.take_answers(bench.work, "zto", "zto", lines) == 0
    statements.import_file(bench.work, csv_file(tmp_path / "zto.csv", [one.cells()]))
    summed = views.summary(bench.work, MARCH)
    assert (summed.parcels, summed.billed_fen) == (2, 550 + 600)
    with bench.work.db.read() as tx:
        kept = {r.waybill_id: r.billed_fen for r in tx.execute(select(waybill_fees))}
    assert (kept[one.waybill], kept[two.waybill]) == (550, 600)


def test_the_usual_period_begins_last_month(bench: Bench) -> None:
    period = views.recent(bench.work)
    assert period.last == china_day(bench.work.now())
    assert period.first.day == 1
    assert 27 < (period.last.replace(day=1) - period.first).days < 32


def test_a_number_given_back_was_never_sent(bench: Bench, tmp_path: Path) -> None:
    one = sent(bench)[0]
    with bench.work.db.write() as tx:
        tx.execute(update(parcels).where(parcels.c.id == one.parcel).values(shipped_at=None))
    statements.import_file(bench.work, csv_file(tmp_path / "zto.csv", [one.cells()]))
    (row,) = views.differing(bench.work, MARCH)
    assert (row.verdict, row.over_fen) == (Verdict.UNKNOWN, 550)
