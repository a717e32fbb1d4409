"""Items: what is known of them, what they look like, weigh, and are taken for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app.domain.errors import UserError
from app.domain.pictures import MOST_BYTES
from app.services.stock import goods, goods_pictures, importing, look_alikes, weights
from app.services.stock import remapping as mapping
from app.services.stock.mapping import lookup
from app.store.tables import parcels, skus
from tests.services.goods import SHANYE, TEA, TEA_CODE, TEA_SKU
from tests.services.stock.shelf import goods as stocked
from tests.support.warehouse import Bench

PNG = b"\x89PNG\r\n\x1a\n" + b"invented"


def refused(action: Callable[[], object]) -> str:
    with pytest.raises(UserError) as caught:
        action()
    return caught.value.code


def test_an_item_is_changed_by_whoever_has_seen_it_last(bench: Bench) -> None:
    first = goods.create(bench.work, "T-1", {"name": " green  tea ", "safety": 20})
    assert (first.name, first.safety, first.active) == ("green tea", 20, True)
    second = goods.change(
        bench.work, "T-1", {"lead_days": 3, "batch_tracked": True}, revision=first.revision
    )
    assert (second.lead_days, second.batch_tracked) == (3, True)
    assert second.revision > first.revision
    late = refused(
        lambda: goods.change(bench.work, "T-1", {"lead_days": 9}, revision=first.revision)
    )
    assert late == "goods_changed"
    same = goods.change(bench.work, "T-1", {"lead_days": 3})
    assert same == second
    assert refused(lambda: goods.create(bench.work, "T-1", {})) == "sku_exists"


@pytest.mark.parametrize(
    "changes",
    [
        {"name": " "},
        {"spec": "x" * 257},
        {"safety": -1},
        {"pack_quantity": 0},
        {"weight_g": "5"},
        {"kind": "toy"},
        {"kind": "bundle"},
        {"on_hand": 5},
    ],
)
def test_what_cannot_be_is_refused(bench: Bench, changes: dict[str, object]) -> None:
    before = goods.create(bench.work, "T-1", {})
    assert refused(lambda: goods.change(bench.work, "T-1", changes)) == "bad_goods"
    assert goods.details(bench.work, "T-1") == before


def test_an_item_has_several_bar_codes_and_loses_one(bench: Bench) -> None:
    goods.create(bench.work, "T-1", {})
    assert goods.add_barcode(bench.work, "T-1", "690 1")
    assert not goods.add_barcode(bench.work, "T-1", "6901")
    goods.add_barcode(bench.work, "T-1", "6902")
    assert goods.details(bench.work, "6902").barcodes == ("6901", "6902")
    assert goods.remove_barcode(bench.work, "T-1", "6901")
    assert refused(lambda: goods.details(bench.work, "6901")) == "no_such_sku"


def test_an_item_is_put_away_only_when_nothing_is_left_of_it(bench: Bench) -> None:
    stocked(bench, "T-1", 3)
    assert refused(lambda: goods.archive(bench.work, "T-1")) == "goods_in_use"
    importing.import_rows(bench.work, [{"sku": "T-1", "quantity": "0"}])
    assert not goods.archive(bench.work, "T-1").active
    assert [g.sku for g in goods.list_goods(bench.work, "T-1")] == []
    assert [g.sku for g in goods.list_goods(bench.work, "T-1", archived=True)] == ["T-1"]
    assert goods.bring_back(bench.work, "T-1").active


def test_a_picture_is_copied_and_checked(bench: Bench, tmp_path: Path) -> None:
    goods.create(bench.work, "T-1", {})
    folder, file = tmp_path / "kept", tmp_path / "tea.jpg"
    file.write_bytes(PNG)
    key = goods_pictures.set_picture(bench.work, folder, "T-1", file)
    assert goods.details(bench.work, "T-1").picture == key
    assert (folder / f"{key}.png").read_bytes() == PNG
    for content in (b"no picture", PNG + b"x" * MOST_BYTES, b""):
        file.write_bytes(content)
        code = refused(lambda: goods_pictures.set_picture(bench.work, folder, "T-1", file))
        assert code == "no_picture"
    missing = tmp_path / "none.png"
    assert (
        refused(lambda: goods_pictures.set_picture(bench.work, folder, "T-1", missing))
        == "no_picture"
    )
    assert goods.details(bench.work, "T-1").picture == key
    assert [f.name for f in folder.iterdir()] == [f"{key}.png"]


def test_packing_material_is_no_goods_of_a_shop(bench: Bench) -> None:
    sold = refused(lambda: goods.change(bench.work, TEA_CODE, {"kind": "packing"}))
    goods.create(bench.work, "BOX-3", {"kind": "packing"})
    by_hand = refused(lambda: mapping.map_listing(bench.work, SHANYE, TEA, TEA_SKU, "BOX-3"))
    assert by_hand == "packing_not_sold"
    assert sold in {"bad_goods"}


# --- weights -------------------------------------------------------------------------------------


def test_scales_teach_a_weight_that_nobody_wrote(bench: Bench) -> None:
    goods.create(bench.work, "T-1", {})
    assert weights.weigh(bench.work, "T-1", 1040, 2).weight_g == 520
    after = weights.weigh(bench.work, "T-1", 524)
    assert (after.weight_g, after.samples, after.kept) == (522, 2, False)
    assert weights.weigh(bench.work, "T-1", 5240).weight_g == 522  # another thing lay on it


def test_a_weight_that_a_person_wrote_stays_unless_told(bench: Bench) -> None:
    goods.create(bench.work, "T-1", {"weight_g": 500})
    kept = weights.weigh(bench.work, "T-1", 530)
    assert (kept.weight_g, kept.samples, kept.kept) == (500, 0, True)
    told = weights.weigh(bench.work, "T-1", 530, replace=True)
    assert (told.weight_g, told.samples, told.kept) == (530, 1, False)
    assert goods.change(bench.work, "T-1", {"weight_g": 510}).weight_samples == 0


@pytest.mark.parametrize(("grams", "pieces"), [(0, 1), (5, 10), (2_000_000, 1), (5, 0)])
def test_no_such_weight(bench: Bench, grams: int, pieces: int) -> None:
    goods.create(bench.work, "T-1", {})
    assert refused(lambda: weights.weigh(bench.work, "T-1", grams, pieces)) == "bad_weight"


@pytest.mark.synced
def test_parcels_wait_with_the_weight_learnt(bench: Bench) -> None:
    weights.weigh(bench.work, TEA_CODE, 2_000, replace=True)
    with bench.work.db.read() as tx:
        heavy = tx.execute(select(parcels.c.id).where(parcels.c.expected_weight_g >= 2_000)).all()
    assert heavy


# --- look-alikes ---------------------------------------------------------------------------------


def hints(bench: Bench, sku_id: str) -> list[tuple[str, str]]:
    return [(h.sku, h.why) for h in look_alikes.hints(bench.work, [sku_id]).get(sku_id, ())]


def test_variants_look_alike_by_themselves_and_a_person_says_more(bench: Bench) -> None:
    rows = [
        {"sku": "C-1", "name": "cup", "spec": "blue", "product": "cups", "quantity": "1"},
        {"sku": "C-2", "name": "cup", "spec": "grey", "product": "cups", "quantity": "1"},
        {"sku": "J-1", "name": "jar", "product": "jars", "quantity": "1"},
    ]
    importing.import_rows(bench.work, rows)
    one = goods.details(bench.work, "C-1").sku_id
    jar = goods.details(bench.work, "J-1").sku_id
    assert hints(bench, one) == [("C-2", "variant")]
    assert hints(bench, jar) == []
    look_alikes.say(bench.work, "J-1", "C-1", "the jar has a lid")
    assert hints(bench, one) == [("J-1", "hand"), ("C-2", "variant")]
    assert hints(bench, jar) == [("C-1", "hand")]
    text = str(look_alikes.hints(bench.work, [jar])[jar][0].text)
    assert text == "Not cup blue: the jar has a lid"
    assert look_alikes.forget(bench.work, "C-1", "J-1")
    assert hints(bench, jar) == []
    assert refused(lambda: look_alikes.say(bench.work, "C-1", "C-1")) == "same_item"


def test_what_is_mixed_up_twice_is_worth_a_word(bench: Bench) -> None:
    one, two = stocked(bench, "A-1", 1), stocked(bench, "B-1", 1)
    for n, expected in enumerate(([], [("B-1", "mistaken")])):
        with bench.work.db.write() as tx:
            look_alikes.note_mistake(tx, *((one, two) if n else (two, one)))
        assert hints(bench, one) == expected
    with bench.work.db.write() as tx:
        tx.execute(update(skus).where(skus.c.id == two).values(active=False))
    assert hints(bench, one) == []


def test_no_listing_finds_packing_material_by_its_code_or_bar_code(bench: Bench) -> None:
    goods.create(bench.work, "BOX-3", {"kind": "packing"})
    goods.add_barcode(bench.work, "BOX-3", "699")
    with bench.work.db.read() as tx:
        found = [lookup(tx, SHANYE, "1", "1", *codes) for codes in (("BOX-3", ""), ("", "699"))]
    assert found == [None, None]
    goods.change(bench.work, "BOX-3", {"kind": "good"})
    with bench.work.db.read() as tx:
        assert lookup(tx, SHANYE, "1", "1", "BOX-3", "") is not None
