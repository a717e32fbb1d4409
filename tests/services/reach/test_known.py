"""What the tables say of a place, without asking anybody."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert

from app.domain.address import Address
from app.domain.errors import UserError
from app.domain.reach import ReachAnswer, ReachOrigin, ReachVerdict
from app.services.reach import own
from app.services.reach.known import reach_of
from app.store.tables import reach_regions
from tests.support.warehouse import Bench

NAQU = Address(
    name="王小明",
    phone="13800000000",
    province="西藏",
    city="那曲市",
    district="安多县",
    address="帕那镇青藏路 3 号",
)


def _known(bench: Bench, carrier: str = "zto", account: str = "zto") -> ReachAnswer | None:
    with bench.work.db.read() as tx:
        return reach_of(tx, carrier, account, NAQU, bench.clock.now())


def _add(bench: Bench, verdict: str, **where: str) -> str:
    return own.add(bench.work, own.own_region("zto", verdict, **where))


def _store(bench: Bench, origin: ReachOrigin, at: datetime, **values: object) -> None:
    row = {
        "id": bench.work.key(),
        "origin": origin,
        "carrier": "zto",
        "province": "西藏自治区",
        "city": "那曲市",
        "verdict": ReachVerdict.REFUSED,
        "reason": "大雪封路",
        "first_at": at,
        "last_at": at,
        **values,
    }
    with bench.work.db.write() as tx:
        tx.execute(insert(reach_regions).values(**row))


def test_nothing_is_known_at_first(bench: Bench) -> None:
    assert _known(bench) is None


def test_the_more_exact_line_of_the_own_table_wins(bench: Bench) -> None:
    _add(bench, "refused", province="西藏", reason="太慢")
    found = _known(bench)
    assert found is not None
    assert (found.verdict, found.origin) == (ReachVerdict.REFUSED, ReachOrigin.OWN)
    assert "太慢" in str(found.reason)
    _add(bench, "reached", province="西藏自治区", city="那曲")
    found = _known(bench)
    assert found is not None
    assert found.verdict is ReachVerdict.REACHED
    _add(bench, "doubtful", province="西藏", city="那曲", district="安多", street="帕那镇")
    found = _known(bench)
    assert found is not None
    assert found.verdict is ReachVerdict.DOUBTFUL
    assert _known(bench, "sf", "sf") is None


def test_a_line_may_be_for_one_account(bench: Bench) -> None:
    _add(bench, "refused", province="西藏", account="zto-south")
    assert _known(bench) is None
    assert _known(bench, account="zto-south") is not None


def test_the_own_table_wins_over_the_carriers_list(bench: Bench) -> None:
    _store(bench, ReachOrigin.LIST, bench.clock.now())
    found = _known(bench)
    assert found is not None
    assert (found.verdict, found.origin) == (ReachVerdict.REFUSED, ReachOrigin.LIST)
    assert "大雪封路" in str(found.reason)
    _add(bench, "reached", province="西藏")
    found = _known(bench)
    assert found is not None
    assert found.verdict is ReachVerdict.REACHED


def test_an_old_list_only_warns_and_says_its_day(bench: Bench) -> None:
    at = bench.clock.now() - timedelta(days=3)
    _store(bench, ReachOrigin.LIST, at)
    found = _known(bench)
    assert found is not None
    assert found.verdict is ReachVerdict.DOUBTFUL
    assert f"{at.astimezone():%Y-%m-%d}" in str(found.reason)


def test_what_was_stopped_until_yesterday_is_open(bench: Bench) -> None:
    now = bench.clock.now()
    _store(bench, ReachOrigin.LIST, now, until_at=now - timedelta(hours=1))
    assert _known(bench) is None


def test_a_learned_refusal_never_blocks_and_is_forgotten(bench: Bench) -> None:
    _store(bench, ReachOrigin.LEARNED, bench.clock.now(), times=2)
    found = _known(bench)
    assert found is not None
    assert found.verdict is ReachVerdict.DOUBTFUL
    bench.clock.advance(timedelta(days=100).total_seconds())
    assert _known(bench) is None


def test_a_line_is_written_once_and_taken_out(bench: Bench) -> None:
    line = _add(bench, "refused", province="西藏")
    assert _add(bench, "doubtful", province="西藏自治区", reason="雪季") == line
    own.remove(bench.work, line)
    assert _known(bench) is None
    with pytest.raises(UserError, match="no line"):
        own.remove(bench.work, line)


def test_a_line_needs_a_carrier_and_a_province(bench: Bench) -> None:
    for carrier, province in (("zto", ""), ("dhl", "西藏")):
        with pytest.raises(UserError):
            own.own_region(carrier, "refused", province=province)
    assert _known(bench) is None
