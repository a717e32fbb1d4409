"""Insurance by value, the same for every carrier whose account knows it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from app.carriers.insurance import declared_fen
from app.carriers.registry import make_source
from app.domain.waybills import Booking, Goods
from tests.carriers.recording import RecordingTransport, page
from tests.carriers.samples import YUNDA_CONFIG, ZTO_CONFIG, sf_booking, yunda_booking, zto_booking
from tests.support.clock import FakeClock

_GOODS = (Goods("杯子", 2, 300, 12950), Goods("茶", 1, 100, 100))  # 260 yuan


@pytest.mark.parametrize(
    ("from_fen", "said_fen", "declared"),
    [
        (0, 0, 0),
        (26000, 0, 26000),
        (26001, 0, 0),
        (1, 0, 26000),
        (0, 5000, 5000),
        (26000, 5000, 5000),
        (99999, 5000, 5000),
    ],
)
def test_the_goods_value_is_declared_from_some_value_on(
    from_fen: int, said_fen: int, declared: int
) -> None:
    booking = sf_booking(goods=_GOODS, insured_fen=said_fen)
    assert declared_fen(booking, from_fen) == declared


def _zto_insured(sent: Any) -> Any:
    return [s["vasAmount"] for s in sent["orderVasList"] if s["vasType"] == "insured"]


def _yunda_insured(sent: Any) -> Any:
    marks = sent["orders"][0]["markingInfos"]
    return [m["markingValue"]["value"] for m in marks if m["type"] == "INSURED"]


@pytest.mark.parametrize(
    ("config", "booking", "insured", "amount"),
    [
        (ZTO_CONFIG, zto_booking, _zto_insured, 26000),  # fen
        (YUNDA_CONFIG, yunda_booking, _yunda_insured, 260),  # yuan
    ],
)
def test_it_leaves_in_the_carriers_own_unit(
    clock: FakeClock,
    config: dict[str, Any],
    booking: Callable[..., Booking],
    insured: Callable[[Any], Any],
    amount: int,
) -> None:
    for from_fen, wanted in ((26000, [amount]), (26001, []), (0, [])):
        transport = RecordingTransport().will(page(404))
        source = make_source(config | {"insure_from_fen": from_fen}, transport, clock)
        source.create(booking(goods=_GOODS))
        assert insured(json.loads(transport.last.body)) == wanted
