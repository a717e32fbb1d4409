"""Labels are drawn in a process of their own, with the same result, and never lost to it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from app.domain.errors import UserError
from app.domain.labels import DrawnLabel, OwnArea
from app.ports import Prepared, PrinterConfig
from printing.printers import prepared, prepared_all
from printing.workshop import Beside, Here
from tests.printing.samples import usual_labels

CONFIG = PrinterConfig("A3", "tspl", "tcp://127.0.0.1:9")


@pytest.fixture
def beside() -> Iterator[Beside]:
    workshop = Beside()
    try:
        assert workshop.wait_ready()
        yield workshop
    finally:
        workshop.close()


@pytest.fixture
def label() -> DrawnLabel:
    return usual_labels()["sf"]


def where() -> int:
    """Which process this is called in."""
    return os.getpid()


def breaks() -> None:
    """What no drawing should do."""
    raise ZeroDivisionError


def test_the_same_bytes_come_from_the_other_process(beside: Beside, label: DrawnLabel) -> None:
    assert beside.call(where) not in {os.getpid(), 0}
    assert beside.call(prepared, CONFIG, label) == Here().call(prepared, CONFIG, label)


def test_a_refusal_comes_back_as_it_was_raised(beside: Beside, label: DrawnLabel) -> None:
    unsorted = replace(label, route={})
    with pytest.raises(UserError) as there:
        beside.call(prepared, CONFIG, unsorted)
    with pytest.raises(UserError) as here:
        Here().call(prepared, CONFIG, unsorted)
    assert (there.value.code, there.value.ref) == (here.value.code, here.value.ref)
    assert str(there.value) == str(here.value)
    assert beside.is_ready


def test_callers_of_several_threads_take_turns(beside: Beside, label: DrawnLabel) -> None:
    many = [replace(label, own=OwnArea(lines=(f"货 ×{n}",))) for n in range(12)]
    with ThreadPoolExecutor(4) as pool:
        there = list(pool.map(lambda x: beside.call(prepared, CONFIG, x).data, many))
    assert there == [prepared(CONFIG, x).data for x in many]


def test_when_the_other_process_is_killed_drawing_goes_on_here(
    beside: Beside, label: DrawnLabel
) -> None:
    os.kill(beside.call(where), signal.SIGKILL)
    assert beside.call(prepared, CONFIG, label) == prepared(CONFIG, label)
    assert beside.call(where) == os.getpid()


def test_several_labels_drawn_at_once_are_each_as_if_drawn_alone(label: DrawnLabel) -> None:
    many = [replace(label, own=OwnArea(lines=(f"货 ×{n}",))) for n in range(3)]
    unsorted = replace(label, route={})
    found = prepared_all(CONFIG, [many[0], unsorted, *many[1:]])
    assert [x.data for x in found if isinstance(x, Prepared)] == [
        prepared(CONFIG, x).data for x in many
    ]
    assert isinstance(found[1], UserError)
    assert found[1].code == "label_incomplete"


def test_what_breaks_there_breaks_here_too(beside: Beside) -> None:
    with pytest.raises(ZeroDivisionError):
        beside.call(breaks)


def test_until_the_other_process_is_there_drawing_happens_here() -> None:
    workshop = Beside(after=1)
    try:
        assert [workshop.call(where) for _ in range(2)] == [os.getpid()] * 2
        assert workshop.wait_ready()
        assert workshop.call(where) != os.getpid()
    finally:
        workshop.close()
    assert workshop.call(where) == os.getpid()


def test_the_other_process_ends_with_its_pipe() -> None:
    workshop = Beside()
    assert workshop.wait_ready()
    other = workshop.call(where)
    workshop.close()
    ends_s = time.monotonic() + 10
    while time.monotonic() < ends_s:
        try:
            os.kill(other, 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)
    pytest.fail("the other process still runs")
