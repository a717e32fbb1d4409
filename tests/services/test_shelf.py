"""Products go on and off sale, and what the shop refuses is said in words."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.listings import ListingStatus
from app.services.listings import pulling, shelf
from tests.services.goods import SHANYE, TEA, TEA_SKU, platform, row
from tests.support.warehouse import Bench

ON, OFF = "/channels/ec/product/listing", "/channels/ec/product/delisting"


@pytest.fixture
def pulled(bench: Bench) -> Bench:
    pulling.pull(bench.work, SHANYE)
    return bench


def test_a_product_goes_off_and_on_again_after_the_review(pulled: Bench) -> None:
    done = shelf.put(pulled.work, TEA, on=False)
    assert (done.result, done.status, done.ok) == ("done", ListingStatus.OFF, True)
    assert row(pulled, TEA, TEA_SKU).status == ListingStatus.OFF
    done = shelf.put(pulled.work, TEA, on=True)
    assert (done.result, done.status, done.ok) == ("review", ListingStatus.OFF, True)
    platform(pulled).finish_review(TEA, passed=True)
    assert shelf.put(pulled.work, TEA, on=True).result == "done"
    assert row(pulled, TEA, TEA_SKU).status == ListingStatus.ON_SALE


@pytest.mark.parametrize(
    ("state", "on", "code"),
    [
        ({"status": 13}, True, "10020008"),
        ({"edit_status": 2}, False, "10020049"),
        ({"status": 11, "edit_status": 7}, True, "10020067"),
    ],
)
def test_a_refusal_is_explained_and_changes_nothing(
    pulled: Bench, state: dict[str, Any], on: bool, code: str
) -> None:
    platform(pulled).products[TEA].update(state)
    before = platform(pulled).status_of(TEA)
    done = shelf.put(pulled.work, TEA, on=on)
    assert (done.ok, done.result, done.code) == (False, "refused", code)
    assert str(done.message)
    assert str(done.remedy)
    assert platform(pulled).status_of(TEA) == before


def test_reviews_used_up_and_a_deleted_product_are_explained(pulled: Bench) -> None:
    shelf.put(pulled.work, TEA, on=False)
    platform(pulled).reviews_left = 0
    assert shelf.put(pulled.work, TEA, on=True).code == "10020066"
    platform(pulled).drop_product(TEA)
    assert shelf.put(pulled.work, TEA, on=True).code == "10020052"


def test_off_twice_is_done(pulled: Bench) -> None:
    shelf.put(pulled.work, TEA, on=False)
    assert shelf.put(pulled.work, TEA, on=False).result == "done"  # 10020065, and it is off


def test_a_lost_answer_is_settled_by_looking(pulled: Bench) -> None:
    pulled.world.wechat.faults.lose_answer(OFF)
    assert shelf.put(pulled.work, TEA, on=False).result == "done"
    pulled.world.wechat.faults.bad_gateway(ON)
    done = shelf.put(pulled.work, TEA, on=True)
    assert (done.result, done.code) == ("later", "later")
    assert platform(pulled).status_of(TEA) == 11
