"""Designs as data: every file reads and writes alike, every mistake is named, every fault found."""

from __future__ import annotations

import base64
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from app.domain.errors import UserError
from app.domain.label_design_files import as_json, as_toml, as_values, read, read_text
from app.domain.label_designs import TEMPLATES, Element, Kind, LabelDesign, OwnField
from app.domain.labels import DrawnLabel, OwnArea
from printing.documents import labels
from printing.documents.design_plan import Plan, plan_of
from printing.documents.designs import standard_designs, standard_for
from printing.documents.labels import add_label
from printing.documents.page import Book
from printing.fonts import load_fonts
from printing.stationery import PaperStationery
from tests.printing.reading import drawn, text_of
from tests.printing.samples import usual_labels, worst_labels

ROOT = Path(__file__).parents[2]
DESIGNS = {design.code: design for design in standard_designs()}
ZTO = DESIGNS["zto-76x130"]


def changed(design: LabelDesign, name: str, **values: Any) -> LabelDesign:
    """``design`` with other values in one element."""
    assert any(e.name == name for e in design.elements)
    return replace(
        design,
        elements=tuple(replace(e, **values) if e.name == name else e for e in design.elements),
    )


def found(design: LabelDesign, label: DrawnLabel | None = None) -> set[tuple[str, str]]:
    proof = PaperStationery().proof(label or usual_labels()[design.template], design, 8.0)
    return {(f.code, f.element) for f in proof.findings}


def test_every_template_has_a_design_for_every_usual_paper() -> None:
    papers = ("76x130", "100x150", "100x180")
    assert set(DESIGNS) == {f"{t}-{m}" for t in TEMPLATES for m in papers}
    assert {d.version for d in DESIGNS.values()} == {1}


@pytest.mark.parametrize("code", DESIGNS)
def test_a_design_written_and_read_is_the_same(code: str) -> None:
    design = DESIGNS[code]
    assert read_text(as_toml(design), "a.toml") == design
    assert read_text(as_json(design), "a.json") == design
    assert read(json.loads(json.dumps(as_values(design)))) == design


@pytest.mark.parametrize("code", DESIGNS)
def test_standard_designs_have_no_fault_on_a_usual_order(code: str) -> None:
    assert found(DESIGNS[code]) == set()


@pytest.mark.parametrize("code", DESIGNS)
def test_on_the_worst_order_only_long_texts_are_shortened(code: str) -> None:
    faults = found(DESIGNS[code], worst_labels()[DESIGNS[code].template])
    assert {kind for kind, _ in faults} <= {"text_cut"}
    assert {name for _, name in faults} <= {"own", "goods", "goods_wide"}


def test_roll_of_another_length_takes_the_largest_design_that_stands_on_it() -> None:
    assert standard_for("sf", 100, 203).code == "sf-100x180"
    assert standard_for("sf", 77, 129).code == "sf-76x130"


# --- mistakes in a file ---------------------------------------------------------------------------


def element(**values: Any) -> dict[str, Any]:
    return {"name": "mine", "kind": "text", "x": 5, "y": 5, "width": 9, "height": 5, "text": "茶",
            **values}  # fmt: skip


@pytest.mark.parametrize(
    ("mistake", "place", "words"),
    [
        (element(kind="circle"), "mine", "kind"),
        (element(name=""), "element 1", "name"),
        (element(x="left"), "mine", "x must be a number"),
        (element(x=float("nan")), "mine", "x is out of range"),
        (element(width=0), "mine", "above 0"),
        (element(text="{price}"), "mine", "“price”"),
        (element(when=["price"]), "mine", "“price”"),
        (element(colour="red"), "mine", "“colour”"),
        (element(bold=1), "mine", "true or false"),
        (element(align="top"), "mine", "align"),
        (element(size=500), "mine", "points"),
        (element(text=""), "mine", "a text"),
        (element(kind="picture", picture="moon", text=None), "mine", "“text”"),
        (element(when="cod"), "mine", "a list of names"),
    ],
)
def test_mistake_in_an_element_is_told_with_its_name(
    mistake: dict[str, Any], place: str, words: str
) -> None:
    with pytest.raises(UserError) as caught:
        read({**as_values(ZTO), "element": [mistake]})
    assert caught.value.code == "design_wrong"
    assert caught.value.ref == place
    assert words in str(caught.value.message)


@pytest.mark.parametrize(
    ("key", "value", "place"),
    [
        ("format", 2, "format"),
        ("template", "moon", "template"),
        ("media", "wide", "media"),
        ("code", None, "design"),
        ("element", [], "element"),
        ("free", [], "free"),
        ("own", {"x": 1, "y": 1, "width": 20, "height": 9, "fields": ["price"]}, "own"),
        ("pictures", {"logo": 7}, "pictures.logo"),
        ("colour", "red", "design"),
        ("extends", "zto-76x130", "extends"),
    ],
)
def test_mistake_in_the_head_is_told_with_its_place(key: str, value: Any, place: str) -> None:
    with pytest.raises(UserError) as caught:
        read({**as_values(ZTO), key: value})
    assert (caught.value.code, caught.value.ref) == ("design_wrong", place)


@pytest.mark.parametrize("text", ["{", "a = ", "[" * 3000, '{"a": }', "\x00"])
def test_file_that_is_no_design_is_told_with_its_name(text: str) -> None:
    with pytest.raises(UserError) as caught:
        read_text(text, "mine.toml")
    assert (caught.value.code, caught.value.ref) == ("design_wrong", "mine.toml")


def test_own_area_cannot_leave_the_free_part() -> None:
    with pytest.raises(UserError) as caught:
        ZTO.with_own(replace(ZTO.own, y=60))
    assert caught.value.code == "own_area_outside"
    assert ZTO.with_own(replace(ZTO.own, y=104, height=20)).own.y == 104


# --- what a design can say ------------------------------------------------------------------------


def test_conditions_decide_whether_an_element_is_drawn() -> None:
    mine = Element("mine", Kind.TEXT, 5, 95, 40, 4, text="货到付款", when=("cod",))
    single = replace(mine, name="single", text="单件", when=(), unless=("mother_number", "reprint"))
    design = replace(ZTO, elements=(*ZTO.elements, mine, single))
    usual = replace(usual_labels()["zto"], design=design)
    assert "单件" in text_of(drawn(usual)[0])
    assert "货到付款" not in text_of(drawn(usual)[0])
    paid = replace(usual, cod_fen=100, reprint_no=1)
    assert "货到付款" in text_of(drawn(paid)[0])
    assert "单件" not in text_of(drawn(paid)[0])


def test_freight_to_collect_stands_beside_cash_on_delivery() -> None:
    for paper in ((76, 130), (100, 150)):
        for template in ("sf", "zto"):
            label = replace(
                usual_labels()[template], cod_fen=8_850, extra={"payment": "到付 ￥12.00"}
            )
            text = text_of(drawn(label, paper)[0])
            assert "代收货款￥88.50" in text
            assert "到付￥12.00" in text
            assert "寄付" not in text


def test_labels_own_design_is_taken_where_it_stands_on_the_paper() -> None:
    design = changed(ZTO, "company", text="山野集 {company}")
    label = replace(usual_labels()["zto"], design=design)
    assert "山野集中通快递" in text_of(drawn(label)[0])
    big = replace(label, design=changed(DESIGNS["zto-100x150"], "company", text="大{company}"))
    assert "大中通快递" not in text_of(drawn(big)[0])
    other = replace(label, design=changed(DESIGNS["sf-76x130"], "company", text="错{company}"))
    assert "错" not in text_of(drawn(other)[0])


def logo(size: tuple[int, int] = (120, 60)) -> str:
    picture = Image.new("RGBA", size, (0, 0, 0, 0))
    ImageDraw.Draw(picture).ellipse((4, 4, size[0] - 5, size[1] - 5), fill=(0, 0, 0, 255))
    out = io.BytesIO()
    picture.save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


def test_logo_is_printed_in_black_dots_inside_the_own_area() -> None:
    own = replace(ZTO.own, fields=(*ZTO.own.fields, OwnField.LOGO))
    design = ZTO.with_logo(logo()).with_own(own)
    assert read_text(as_toml(design), "a.toml") == design
    stationery = PaperStationery()
    label = usual_labels()["zto"]
    plain = Image.open(io.BytesIO(stationery.proof(label, ZTO, 8.0).png)).convert("L")
    proof = stationery.proof(label, design, 8.0)
    with_logo = Image.open(io.BytesIO(proof.png)).convert("L")
    assert proof.findings == ()
    place = tuple(int(v * 8) for v in (56, own.y, own.x + own.width, own.y + own.height))
    dark = [i.crop(place).histogram()[0] for i in (plain, with_logo)]  # type: ignore[arg-type]  # four numbers
    assert dark[1] > dark[0] + 2000


@pytest.mark.parametrize(
    "data", ["", "AAAA", "not base64 äö", base64.b64encode(b"GIF89a").decode()]
)
def test_picture_that_is_none_is_told(data: str) -> None:
    design = replace(ZTO, pictures={"logo": data})
    with pytest.raises(UserError) as caught:
        PaperStationery().proof(usual_labels()["zto"], design, 8.0)
    assert caught.value.code == "picture_unreadable"


def test_the_example_of_the_handbook_is_a_good_design() -> None:
    page = (ROOT / "docs" / "label-designs.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    design = read_text(example, "example.toml", DESIGNS.__getitem__)
    pdf, _ = drawn(replace(usual_labels()["zto"], design=design))
    assert "山野茶行" in text_of(pdf)
    assert not found(design)


# --- what the checker finds -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("design", "fault"),
    [
        (changed(ZTO, "goods", width=12), ("text_cut", "goods")),
        (changed(ZTO, "route", text="大 {route}\ue123"), ("glyph_missing", "route")),
        (changed(ZTO, "company", x=36, y=28, width=30), ("quiet_zone", "code")),
        (changed(ZTO, "company", x=36, y=28, width=30), ("overlap", "code")),
        (changed(ZTO, "qr", height=5.4), ("dot_grid", "qr")),
        (changed(ZTO, "code", width=30), ("dot_grid", "code")),
        (changed(ZTO, "code", width=9), ("code_too_long", "code")),
        (changed(ZTO, "printed", x=70, width=12), ("outside", "printed")),
        (changed(ZTO, "receiver", when=("cod",)), ("element_missing", "receiver")),
        (changed(ZTO, "route", text="路线"), ("element_missing", "route")),
        (changed(ZTO, "tags", fields=("product",)), ("element_missing", "marks")),
        (changed(ZTO, "checked", text="签收"), ("element_missing", "checked")),
        (changed(ZTO, "company", x=12, y=40), ("overlap", "bag")),
    ],
    ids=lambda v: "-".join(v) if isinstance(v, tuple) else "",
)
def test_planted_fault_is_found(design: LabelDesign, fault: tuple[str, str]) -> None:
    assert fault in found(design)


@pytest.mark.parametrize("kind", [Kind.BARCODE, Kind.QR])
@pytest.mark.parametrize("text", ["{mother_number}", "BOX {number}", "7"])
def test_code_of_ones_own_is_judged_by_what_it_holds(kind: Kind, text: str) -> None:
    mine = Element("mine", kind, 8, 104, 60, 12, text=text)
    design = replace(ZTO, elements=(*ZTO.elements, mine))
    label = replace(
        usual_labels()["zto"], own=OwnArea(), kind="child", mother_number="731001966113"
    )
    assert found(design, label) == set()


@pytest.mark.parametrize(
    ("design", "lacking"),
    [
        (changed(changed(ZTO, "code", text="X{number}"), "side_code", text="1{number}"), "number"),
        (changed(ZTO, "qr", text="{qr} {number}"), "qr"),
    ],
    ids=["number", "qr"],
)
def test_code_that_holds_more_than_the_carrier_reads_does_not_count(
    design: LabelDesign, lacking: str
) -> None:
    assert ("element_missing", lacking) in found(design)


def test_design_is_prepared_once_for_a_book(monkeypatch: pytest.MonkeyPatch) -> None:
    prepared: list[str] = []

    def counted(design: LabelDesign, key: str) -> Plan:
        prepared.append(design.code)
        return plan_of(design, key)

    monkeypatch.setattr(labels, "plan_of", counted)
    mine = changed(ZTO, "company", text="山野集 {company}")
    usual = usual_labels()["zto"]
    book = Book(load_fonts())
    for label in (usual, replace(usual, design=mine), usual, replace(usual, design=mine)):
        add_label(book, label, 76, 130)
    pdf = book.finish()
    assert prepared == [ZTO.code, ZTO.code]
    assert text_of(pdf).count("山野集中通快递") == 2
    assert text_of(pdf).count("中通快递") == 4


def test_finding_says_where_and_which_characters() -> None:
    design = changed(ZTO, "goods", text="品名\ue123\ue124")
    proof = PaperStationery().proof(usual_labels()["zto"], design, 8.0)
    (finding,) = [f for f in proof.findings if f.code == "glyph_missing"]
    assert "\ue123\ue124" in str(finding.message)
    assert finding.place == next(e.place for e in design.elements if e.name == "goods")
