"""Copies of label designs: kept, chosen, printed; two people who change one; money on the label."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app.domain.errors import UserError
from app.domain.label_design_files import as_toml, read_text
from app.domain.label_designs import LabelDesign, OwnField
from app.domain.labels import DrawnLabel, PlatformLabel
from app.domain.states import Route
from app.domain.words import DESIGN_WORDS
from app.i18n import install_language
from app.services.numbers.labelling import label_parcels
from app.services.printing import design_looks, design_samples, designs, label_content, label_money
from app.services.printing.printers import change_printer
from app.services.printing.printing import print_parcels, reprint
from app.store.tables import accounts, label_designs, waybill_requests, waybills
from tests.printing.reading import text_of
from tests.services import truth
from tests.support.logs import ExpectedLogs
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced
ZTO = "zto-76x130"


def with_words(design: LabelDesign, words: str) -> LabelDesign:
    return replace(
        design,
        elements=tuple(
            replace(e, text=words + "{company}") if e.name == "company" else e
            for e in design.elements
        ),
    )


def numbered(bench: Bench, carrier: str, count: int = 1) -> list[tuple[str, str]]:
    """Parcels of ``carrier`` with their numbers."""
    ids = [row.id for row in truth.ready(bench, Route.DIRECT, carrier)][:count]
    rows = [r for r in label_parcels(bench.work, ids) if r.ok]
    assert rows
    return [(r.parcel, r.waybill) for r in rows]


def label_of(bench: Bench, number: str) -> DrawnLabel:
    label = label_content.label_by_number(bench.work, number)
    assert isinstance(label, DrawnLabel)
    return label


def test_a_copy_is_kept_chosen_printed_and_given_up(bench: Bench, tmp_path: Path) -> None:
    work = bench.work
    change_printer(work, "bench-1", language="pdf", address=f"file://{tmp_path}/out")
    (parcel, number), (second, _) = numbered(bench, "zto", 2)
    code = designs.copy_design(work, ZTO, "  我的   中通 ")
    mine = designs.design(work, code)
    assert (mine.title, mine.revision, mine.is_own, mine.base) == ("我的 中通", 1, True, ZTO)
    assert label_of(bench, number).design is None
    own = replace(mine.own, y=mine.own.y + 4, height=mine.own.height - 4, fields=(OwnField.BIN,))
    assert designs.save_design(work, with_words(mine, "山野").with_own(own), mine.revision) == 2
    designs.choose_design(work, code)
    (row,) = print_parcels(work, [parcel], printer="bench-1")
    assert row.result == "printed", row
    (pdf,) = (tmp_path / "out").glob("*.pdf")
    text = text_of(pdf.read_bytes())
    assert "山野中通快递" in text
    assert "波次" not in text
    assert reprint(work, number, "torn", printer="bench-1").result == "printed"
    again = sorted((tmp_path / "out").glob("*.pdf"))[-1].read_bytes()
    assert "山野中通快递" in text_of(again)
    assert "重打1" in text_of(again)
    rows = {r.code: r for r in designs.designs(work)}
    assert (rows[code].active, rows[ZTO].active) == (True, False)
    designs.choose_design(work, ZTO)
    assert label_of(bench, number).design is None
    print_parcels(work, [second], printer="bench-1")
    assert "山野中通" not in text_of(sorted((tmp_path / "out").glob("*.pdf"))[-1].read_bytes())
    designs.choose_design(work, code)
    designs.delete_design(work, code)
    assert label_of(bench, number).design is None
    assert code not in {r.code for r in designs.designs(work)}


@pytest.mark.parametrize("title", ["我\ud800的", "我\0\u200b的", " 我\t的 "])
def test_name_of_a_copy_is_plain_text(bench: Bench, title: str) -> None:
    code = designs.copy_design(bench.work, ZTO, title)
    assert designs.design(bench.work, code).title.replace(" ", "") == "我的"
    with pytest.raises(UserError) as caught:
        designs.copy_design(bench.work, ZTO, title.replace("我", "").replace("的", ""))
    assert caught.value.code == "design_title"


def test_every_standard_design_has_a_name_in_both_languages(bench: Bench) -> None:
    standards = {d.code: d.title for d in bench.work.outside.stationery.designs()}
    assert set(DESIGN_WORDS) == set(standards)
    for language, named in (("en", "SF, one part"), ("zh_CN", standards["sf-76x130"])):
        install_language(language)
        assert named in {r.title for r in designs.designs(bench.work)}
        copy = designs.import_design(bench.work, designs.design(bench.work, "sf-76x130"))
        assert designs.design(bench.work, copy).title == named
        designs.delete_design(bench.work, copy)
    assert {r.code: r.title for r in designs.designs(bench.work)} == standards


def test_a_file_that_names_its_design_keeps_that_name(bench: Bench) -> None:
    install_language("en")
    standard = designs.design(bench.work, "sf-76x130")
    copy = designs.import_design(bench.work, replace(standard, title="我们的"))
    assert designs.design(bench.work, copy).title == "我们的"


def test_who_saves_second_is_told_and_nothing_is_lost(bench: Bench) -> None:
    work = bench.work
    code = designs.copy_design(work, ZTO, "一")
    first = designs.design(work, code)
    designs.save_design(work, with_words(first, "先"), first.revision)
    with pytest.raises(UserError) as caught:
        designs.save_design(work, with_words(first, "后"), first.revision)
    assert caught.value.code == "design_changed"
    now = designs.design(work, code)
    assert now.revision == 2
    assert any(e.text == "先{company}" for e in now.elements)


def test_a_standard_is_never_changed(bench: Bench) -> None:
    work = bench.work
    for act in (
        lambda: designs.save_design(work, designs.design(work, ZTO), 0),
        lambda: designs.reset_design(work, ZTO),
        lambda: designs.delete_design(work, ZTO),
    ):
        with pytest.raises(UserError) as caught:
            act()
        assert caught.value.code == "design_standard"
    for name in ("moon", ""):
        with pytest.raises(UserError) as caught:
            designs.design(work, name)
        assert caught.value.code == "no_such_design"


def test_only_one_copy_of_a_kind_is_in_use(bench: Bench) -> None:
    work = bench.work
    one, two = (designs.copy_design(work, ZTO, name) for name in ("一", "二"))
    other = designs.copy_design(work, "zto-100x150", "大")
    for code in (one, other, two):
        designs.choose_design(work, code)
    active = {r.code for r in designs.designs(work) if r.is_own and r.active}
    assert active == {two, other}


def test_copy_for_one_company_goes_before_the_copy_for_all(bench: Bench) -> None:
    work = bench.work
    everyone = designs.copy_design(work, "plain-76x130", "通用")
    jd = designs.copy_design(work, "plain-76x130", "京东", "jd")
    designs.choose_design(work, everyone)
    designs.choose_design(work, jd)
    with work.db.read() as tx:
        for carrier, code in (("jd", jd), ("yto", everyone)):
            kept = designs.design_in_use(tx, work, "plain", carrier, "76x130")
            assert kept is not None
            assert kept.code == code
        assert designs.design_in_use(tx, work, "plain", "jd", "100x150") is None
        assert designs.design_in_use(tx, work, "zto", "zto", "moon") is None


def test_reset_takes_the_standards_look_in_its_newest_version(bench: Bench) -> None:
    work = bench.work
    code = designs.copy_design(work, ZTO, "旧")
    designs.save_design(work, with_words(designs.design(work, code), "改"), 1)
    with work.db.write() as tx:
        tx.execute(update(label_designs).values(base_version=0))
    assert next(r for r in designs.designs(work) if r.code == code).outdated
    assert designs.reset_design(work, code) == 3
    fresh, standard = designs.design(work, code), designs.design(work, ZTO)
    assert (fresh.title, fresh.elements) == ("旧", standard.elements)
    assert not next(r for r in designs.designs(work) if r.code == code).outdated


def test_a_copy_that_can_no_longer_be_read_stops_no_label(
    bench: Bench, expected_logs: ExpectedLogs
) -> None:
    work = bench.work
    ((_, number),) = numbered(bench, "zto")
    code = designs.copy_design(work, ZTO, "坏")
    designs.choose_design(work, code)
    with work.db.write() as tx:
        tx.execute(update(label_designs).values(body={"format": 99}))
    expected_logs.require("packbench", f"label design {code} cannot be read")
    assert label_of(bench, number).design is None


def test_design_from_a_file_becomes_a_copy(bench: Bench) -> None:
    work = bench.work
    text = as_toml(with_words(designs.design(work, ZTO), "文件"))
    code = designs.import_design(work, read_text(text, "a.toml"), "来自文件")
    kept = designs.design(work, code)
    assert (kept.title, kept.base, kept.base_version) == ("来自文件", ZTO, 1)
    assert any(e.text == "文件{company}" for e in kept.elements)


def test_preview_shows_the_hardest_real_order_and_what_is_wrong(bench: Bench) -> None:
    work = bench.work
    parcels = numbered(bench, "zto", 3)
    design = designs.design(work, ZTO)
    for sample in ("worst", "usual", parcels[0][0]):
        shown = design_looks.preview(work, design, sample)
        assert shown.png.startswith(b"\x89PNG")
        assert (shown.width_mm, shown.height_mm) == (76, 130)
        assert any(zone.holds(shown.own_box) for zone in shown.free_zones)
    assert design_looks.preview(work, design, "usual").findings == ()
    with pytest.raises(UserError) as caught:
        design_looks.preview(work, designs.design(work, "sf-76x130"), parcels[0][0])
    assert caught.value.code == "no_such_sample"
    narrow = tuple(replace(e, width=10.0) if e.name == "goods" else e for e in design.elements)
    findings = design_looks.check(work, replace(design, elements=narrow))
    assert ("text_cut", "goods") in {(f.code, f.element) for f in findings}


def test_check_without_an_order_uses_an_invented_one(bench: Bench) -> None:
    findings = design_looks.check(bench.work, designs.design(bench.work, "yunda-76x130"))
    assert {f.code for f in findings} == {"text_cut"}
    worst = design_samples.worst("yunda", bench.clock.now())
    assert worst.receiver.phone == "138****2046"


def test_cash_on_delivery_comes_from_the_booking_on_the_first_box_only(bench: Bench) -> None:
    work = bench.work
    ((_, number),) = numbered(bench, "zto")
    assert label_of(bench, number).cod_fen == 0
    with work.db.write() as tx:
        waybill = label_content.find_waybill(tx, number)
        kept = tx.execute(
            select(waybill_requests.c.booking_sealed).where(
                waybill_requests.c.id == waybill.request_id
            )
        ).scalar_one()
        whole = json.loads(work.sealer.unseal(kept))
        booking = {**json.loads(whole["booking"]), "cod_fen": 12_345}
        sealed = work.sealer.seal(json.dumps({**whole, "booking": json.dumps(booking)}))
        tx.execute(
            update(waybill_requests)
            .where(waybill_requests.c.id == waybill.request_id)
            .values(booking_sealed=sealed)
        )
    assert label_of(bench, number).cod_fen == 12_345
    png = work.outside.stationery.render(label_of(bench, number), "pdf", "76x130", 8.0)
    assert "代收货款￥123.45" in text_of(png)
    with work.db.write() as tx:
        tx.execute(update(waybills).where(waybills.c.number == number).values(kind="child"))
    assert label_of(bench, number).cod_fen == 0


def test_who_pays_the_freight_comes_from_the_account(bench: Bench) -> None:
    work = bench.work
    ((_, number),) = numbered(bench, "sf")
    with work.db.write() as tx:
        account = label_content.find_waybill(tx, number).account
        kept = tx.execute(select(accounts.c.settings).where(accounts.c.name == account)).scalar()
        tx.execute(
            update(accounts)
            .where(accounts.c.name == account)
            .values(settings={**(kept or {}), "pay_method": "2"})
        )
    label = label_of(bench, number)
    assert label.extra["payment"] == "到付"
    text = text_of(work.outside.stationery.render(label, "pdf", "76x130", 8.0))
    assert "到付" in text
    assert "寄付月结" not in text


@pytest.mark.parametrize(
    ("carrier", "settings", "words"),
    [
        ("sf", {}, ""),
        ("sf", {"pay_method": "1"}, ""),
        ("sf", {"pay_method": "3"}, "第三方付"),
        ("jt", {"pay_method": "CC_CASH"}, "到付"),
        ("kuaidi100", {"pay_method": "CONSIGNEE"}, "到付"),
        ("yto", {"freight_collect_fen": 1250}, "到付 ￥12.50"),
        ("zto", {"pay_method": "2"}, ""),
    ],
)
def test_words_of_who_pays(carrier: str, settings: dict[str, object], words: str) -> None:
    assert label_money.payment_words(carrier, settings) == words


def test_platform_label_carries_only_what_is_ticked(bench: Bench) -> None:
    work = bench.work
    row = truth.ready(bench, Route.PLATFORM, "zto")[0]
    (done,) = label_parcels(work, [row.id])
    label = label_content.label_by_number(work, done.waybill)
    assert isinstance(label, PlatformLabel)
    assert label.own.lines
    assert label.own.codes == ()
    with work.db.read() as tx:
        carrier = label_content.find_waybill(tx, done.waybill).carrier
    template = carrier if carrier in {"sf", "zto", "yunda"} else "plain"
    code = designs.copy_design(work, f"{template}-76x130", "只印编码")
    mine = designs.design(work, code)
    own = replace(mine.own, fields=(OwnField.SKU_CODES,))
    designs.save_design(work, mine.with_own(own), mine.revision)
    designs.choose_design(work, code)
    label = label_content.label_by_number(work, done.waybill)
    assert isinstance(label, PlatformLabel)
    assert label.own.lines == ()
    assert label.own.codes
