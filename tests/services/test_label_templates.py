"""Templates of the shop's labels: made, chosen for an account, and gone again."""

from __future__ import annotations

import pytest

from app.domain.errors import UserError
from app.domain.label_templates import STANDARD, LabelTemplate, options_of
from app.domain.states import Route
from app.services.numbers.labelling import label_parcels
from app.services.parcels.parcel_queries import ParcelRow
from app.services.printing import label_templates
from tests.services import truth
from tests.services.truth import LABEL_CREATE
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced


@pytest.fixture
def row(bench: Bench) -> ParcelRow:
    return truth.ready(bench, Route.PLATFORM, "zto")[0]


def _save(bench: Bench, row: ParcelRow, *lines: str) -> str:
    template = LabelTemplate("货号和留言", options_of(lines))
    return label_templates.save(bench.work, row.shop, "ZTO", template)


def _templates_sent(bench: Bench) -> list[str]:
    calls = bench.world.wechat.journal.calls(LABEL_CREATE)
    return [str(call.body["template_id"]) for call in calls]


def test_a_template_is_made_once_and_its_lines_keep_their_order(
    bench: Bench, row: ParcelRow
) -> None:
    first = _save(bench, row, "name", "buyer_note")
    assert _save(bench, row, "buyer_note", "total") == first
    kept = label_templates.show(bench.work, row.shop, "ZTO", first)
    assert [o.option for o in kept.options] == [6, 0, 1, 2, 3, 4, 5, 7]
    assert [o.option for o in kept.options if o.shown] == [6, 0]
    assert kept.changed_at is not None


def test_the_labels_of_an_account_are_made_with_its_template(bench: Bench, row: ParcelRow) -> None:
    own = _save(bench, row, "full")
    label_templates.choose(bench.work, row.shop, row.account, own)
    listed = label_templates.listed(bench.work, row.shop)
    assert [r.accounts for r in listed if r.template.template_id == own] == [(row.account,)]
    (issued,) = label_parcels(bench.work, [row.id])
    assert (issued.result, issued.message) == ("issued", None)
    assert _templates_sent(bench) == [own]


@pytest.mark.parametrize("code", [10025125, 10025106])
def test_a_template_deleted_elsewhere_gives_way_to_the_standard_one_with_a_warning(
    bench: Bench, row: ParcelRow, code: int
) -> None:
    shop = bench.world.shops[row.shop]
    shop.quirks.create_without_template = code
    own = _save(bench, row, "full")
    label_templates.choose(bench.work, row.shop, row.account, own)
    shop.label_templates.clear()
    (issued,) = label_parcels(bench.work, [row.id])
    assert issued.result == "issued"
    assert issued.message is not None
    assert _templates_sent(bench) == [own, STANDARD]
    assert truth.numbers_given(bench, row) == [issued.waybill]


def test_a_deleted_template_leaves_its_account_with_the_standard_one(
    bench: Bench, row: ParcelRow
) -> None:
    own = _save(bench, row, "full")
    label_templates.choose(bench.work, row.shop, row.account, own)
    label_templates.delete(bench.work, row.shop, "ZTO", own)
    label_parcels(bench.work, [row.id])
    assert _templates_sent(bench) == [STANDARD]


def test_what_is_not_there_cannot_be_chosen(bench: Bench, row: ParcelRow) -> None:
    with pytest.raises(UserError) as caught:
        label_templates.choose(bench.work, row.shop, row.account, "6600000000999")
    assert caught.value.code == "no_such_template"
    with pytest.raises(UserError) as caught:
        label_templates.choose(bench.work, row.shop, "1", STANDARD)
    assert caught.value.code == "no_such_account"
    with pytest.raises(UserError) as caught:
        options_of(["name", "price"])
    assert caught.value.code == "template_option"


def test_the_standard_template_says_where_the_shops_own_lines_go(
    bench: Bench, row: ParcelRow
) -> None:
    zto = label_templates.standards(bench.work, row.shop)["ZTO"]
    assert (zto.width_mm, zto.height_mm, zto.own_top_mm) == (76, 130, 93)
