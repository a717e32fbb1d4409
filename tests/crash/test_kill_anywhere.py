"""Killed at any point, run again: one number, one label on paper, one report, true books."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.domain.states import ParcelState, RequestState, Route
from app.services.numbers import by_person
from app.simulators.exchange import Predicate, Request
from app.simulators.faults import Fault
from app.simulators.printers import PrinterFaults
from tests.crash.floor import Floor, open_floor
from tests.services import truth

pytestmark = [pytest.mark.crash, pytest.mark.timeout(300)]

DECODE = "/channels/ec/order/sensitiveinfo/decode"
ORDER_GET = "/channels/ec/order/get"
PRINTED = "/channels/ec/logistics/ewaybill/biz/order/batchprint"
SLOW_BYTES_PER_S = 150_000
PARCELS = 7


def searches(request: Request) -> bool:
    """Whether a call to SF's one address looks an order up."""
    return b"serviceCode=" + truth.SF_SEARCH.encode() in request.body


def adds_boxes(request: Request) -> bool:
    return b"serviceCode=EXP_RECE_GET_SUB_MAILNO" in request.body


@pytest.mark.parametrize(
    ("route", "carrier"),
    [
        (Route.DIRECT, "sf"),
        (Route.DIRECT, "yunda"),
        (Route.DIRECT, "zto"),
        (Route.PLATFORM, "zto"),
    ],
)
def test_killed_anywhere_nothing_happens_twice(tmp_path: Path, route: Route, carrier: str) -> None:
    with open_floor(tmp_path, route, carrier) as floor:
        floor.make_wave(PARCELS)
        label_with_kills(floor)
        numbers_are_right(floor)
        print_with_kills(floor)
        papers_are_right(floor)
        ship_with_kills(floor)
        report_with_kills(floor)
        everything_is_right(floor)
        assert floor.commands.kills >= 14


def test_killed_while_asking_jt_there_is_one_number_a_parcel(tmp_path: Path) -> None:
    """J&T finds an order by our id, and refuses an id that it has seen."""
    with open_floor(tmp_path, Route.DIRECT, "jt") as floor:
        truth.change_account(floor.bench, "jt", settle_after_s=2.0)
        floor.make_wave(PARCELS)
        label_with_kills(floor)
        numbers_are_right(floor)
        floor.commands.run("ship", "--wave", floor.wave, "--unpacked")
        floor.commands.run("outbox", "drain")
        everything_is_right(floor)
        assert floor.commands.kills == 6


def test_killed_while_boxes_are_added_none_is_asked_for_twice(tmp_path: Path) -> None:
    with open_floor(tmp_path, Route.DIRECT, "sf") as floor:
        floor.make_wave(1)
        floor.commands.run("wave", "label", floor.wave)
        (row,) = floor.rows
        truth.change_account(floor.bench, "sf", settle_after_s=180.0)
        add = ("waybill", "boxes", row.waybill, "--add", "1")
        faults = floor.server.faults
        _kill_at(floor, faults.hang(truth.SF_PATH, when=adds_boxes), *add)  # added, nothing stored
        assert floor.commands.run(*add).code == 0
        assert [len(o.children) for o in floor.world.sf.orders] == [1]
        late = faults.hang(truth.SF_PATH, when=adds_boxes, takes_effect=False)
        floor.commands.kill(late.met.is_set, *add)
        early = floor.commands.run(*add)  # SF shows nothing yet: that is no proof
        assert [e["code"] for e in early.document["errors"]] == ["boxes_in_doubt"]
        calls = floor.server.journal.count(truth.SF_PATH)
        late.release()
        floor.server.journal.wait_for(truth.SF_PATH, calls + 1)
        assert floor.commands.run(*add).code == 0
        (order,) = floor.world.sf.orders
        assert len(order.children) == 2
        assert floor.numbers_of(row.id) == {order.mother, *order.children}
        checked = floor.commands.run("db", "check")
        assert (checked.code, checked.document["errors"]) == (0, [])


# the steps


def label_with_kills(floor: Floor) -> None:
    label = ("wave", "label", floor.wave)
    platform = floor.route is Route.PLATFORM
    path = truth.LABEL_CREATE if platform else truth.CREATE_PATHS[floor.carrier]
    when = None if platform else truth.only_creates(floor.carrier)
    faults = floor.server.faults
    if floor.route is Route.DIRECT:
        _kill_at(floor, floor.world.wechat.faults.hang(DECODE), *label)
    _kill_at(floor, faults.hang(path, when=when, takes_effect=False), *label)  # booked afterwards
    look_up = _look_up(floor)
    if look_up is not None:
        _kill_at(floor, faults.hang(*look_up), *label)
    _kill_at(floor, faults.hang(path, when=when), *label)  # booked, the answer never came
    issued = floor.requests_in(RequestState.ISSUED)
    floor.commands.kill(lambda: floor.requests_in(RequestState.ISSUED) > issued, *label)
    late = faults.hang(path, when=when, takes_effect=False)  # booked when all is over
    floor.commands.kill(late.met.is_set, *label)
    ended = floor.commands.run(*label)
    calls = floor.server.journal.count(path)
    late.release()
    floor.server.journal.wait_for(path, calls + 1)
    assert {r["result"] for r in ended.rows} <= {"issued", "kept", "unknown"}
    again = floor.commands.run(*label)
    if floor.carrier == "zto" and floor.route is Route.DIRECT:
        doubtful = [r for r in again.rows if r["result"] == "unknown"]
        assert {r["code"] for r in doubtful} == {"ask_person"}
        assert len(doubtful) >= 3
    else:
        assert {r["result"] for r in again.rows} == {"kept"}


def print_with_kills(floor: Floor) -> None:
    show = ("wave", "print", floor.wave)
    if floor.route is Route.PLATFORM:
        component = floor.world.component
        component.faults.hold()
        floor.commands.kill(_held(floor), *show)
        component.faults.release()  # the label comes out, nobody is told
        _wait(lambda: len(component.papers) == 1)
        out = len(component.papers)
        floor.commands.kill(lambda: len(component.papers) > out, *show)
    else:
        device = floor.world.printers["bench-1"]
        device.set_faults(PrinterFaults(bytes_per_s=SLOW_BYTES_PER_S))
        for more in (1, 40_000):  # in the first bytes, and in the middle of the picture
            got = device.received_bytes
            floor.commands.kill(_received(floor, got + more), *show)
            device.wait_until_idle()
        device.set_faults(PrinterFaults(label_print_s=0.3))
        out = len(device.papers)
        floor.commands.kill(lambda: device.sensors.printing or len(device.papers) > out, *show)
        device.wait_until_idle()
        device.set_faults(PrinterFaults())
    booked = floor.printed_in_books()
    floor.commands.kill(lambda: floor.printed_in_books() > booked, *show)
    ended = floor.commands.run(*show)
    in_doubt = floor.in_doubt()
    told = sorted(r["waybill"] for r in ended.rows if r["code"] == "print_unknown")
    assert told == sorted(in_doubt)
    assert ended.code == (4 if in_doubt else 0)
    before = floor.on_paper()
    assert not [n for n in floor.prints_in_books() if before[n] != 1]
    assert not [n for n, count in before.items() if count > 1]
    for number in in_doubt:  # a person looks at the paper
        if before[number]:
            floor.commands.run("pack", number)
        else:
            assert floor.commands.run("reprint", number, "--reason", "jam").code == 0


def ship_with_kills(floor: Floor) -> None:
    ship = ("ship", "--wave", floor.wave, "--unpacked")
    for _ in range(2):
        gone = floor.parcels_in(ParcelState.TO_REPORT)
        floor.commands.kill(_gone_more(floor, gone), *ship)
    ended = floor.commands.run(*ship)
    assert {r["result"] for r in ended.rows} <= {"shipped", "kept"}


def report_with_kills(floor: Floor) -> None:
    drain = ("outbox", "drain")
    faults = floor.world.wechat.faults
    if floor.route is Route.PLATFORM:
        _kill_at(floor, faults.hang(PRINTED), *drain)
    _kill_at(floor, faults.hang(truth.SEND, takes_effect=False), *drain)
    _kill_at(floor, faults.hang(ORDER_GET), *drain)  # while it reads back
    _kill_at(floor, faults.hang(truth.SEND), *drain)
    sent = floor.world.wechat.journal.count(truth.SEND)
    floor.commands.kill(lambda: floor.world.wechat.journal.count(truth.SEND) > sent, *drain)
    late = faults.hang(truth.SEND, takes_effect=False)
    floor.commands.kill(late.met.is_set, *drain)
    floor.commands.run(*drain)
    calls = floor.world.wechat.journal.count(truth.SEND)
    late.release()
    floor.world.wechat.journal.wait_for(truth.SEND, calls + 1)
    ended = floor.commands.run(*drain)
    assert ended.code == 0


# what must be true


def numbers_are_right(floor: Floor) -> None:
    """No parcel has two numbers in the carrier's own books; ZTO's doubts are a person's."""
    for row in floor.rows:
        given = truth.numbers_given(floor.bench, row)
        if row.waybill:
            assert given == [row.waybill]
            continue
        assert (floor.route, floor.carrier) == (Route.DIRECT, "zto")
        assert len(given) == truth.zto_bookings(floor.bench, row.id) == 1
        by_person.settle_by_person(floor.bench.work, row.id, given[0])


def papers_are_right(floor: Floor) -> None:
    """What counts as printed is on paper, once; nothing else is."""
    paper, books = floor.on_paper(), floor.prints_in_books()
    assert paper == books
    assert set(paper) == {r.waybill for r in floor.rows}
    assert set(paper.values()) == {1}
    assert all(r.printed and r.confirmed for r in floor.rows)


def everything_is_right(floor: Floor) -> None:
    for row in floor.rows:
        assert row.state == ParcelState.SHIPPED
        for order_id in row.orders:
            (sent,) = truth.shipments(floor.bench, order_id)
            assert sent.waybill_id == row.waybill
    if floor.route is Route.PLATFORM:
        told = [n.waybill_id for s in floor.world.shops.values() for n in s.printed()]
        assert set(told) == {r.waybill for r in floor.rows}
    checked = floor.commands.run("db", "check")
    assert (checked.code, checked.document["errors"]) == (0, [])
    assert not [text for text in floor.commands.stderr if "Traceback" in text]


# where to kill


def _kill_at(floor: Floor, fault: Fault, *command: str) -> None:
    """Kill while the call hangs; then let the server do what it was asked for."""
    server = floor.world.wechat if fault.path.startswith("/ch") else floor.world.carriers.server
    floor.commands.kill(fault.met.is_set, *command)
    calls = server.journal.count(fault.path)
    fault.release()
    server.journal.wait_for(fault.path, calls + 1)


def _look_up(floor: Floor) -> tuple[str, int, Predicate | None] | None:
    if floor.route is Route.PLATFORM:
        return truth.LABEL_GET, 1, None
    match floor.carrier:
        case "sf":
            return truth.SF_PATH, 1, searches
        case "yunda":
            return f"{truth.YUNDA_ORDERS}/updateBmOrder", 1, None
        case "jt":
            return "/jt/webopenplatformapi/api/order/getOrders", 1, None
        case _:
            return None


def _held(floor: Floor) -> Callable[[], bool]:
    def held() -> bool:
        try:
            floor.world.component.faults.wait_until_held(0.001)
        except TimeoutError:
            return False
        return True

    return held


def _received(floor: Floor, count: int) -> Callable[[], bool]:
    device = floor.world.printers["bench-1"]
    return lambda: device.received_bytes >= count


def _gone_more(floor: Floor, gone: int) -> Callable[[], bool]:
    return lambda: floor.parcels_in(ParcelState.TO_REPORT) > gone


def _wait(condition: Callable[[], bool]) -> None:
    import threading
    import time

    ends = time.monotonic() + 10
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < ends
        pause.wait(0.005)
