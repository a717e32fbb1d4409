"""Receiving by scan: what every code does to the session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from app.domain.packing import Item
from app.domain.receiving import (
    Batch,
    Goods,
    Got,
    Session,
    choose,
    goods_code,
    open_points,
    scan,
    set_quantity,
    undo,
)


def item(code: str, **kept: bool) -> Goods:
    return Goods(
        Item(f"id-{code}", code, code.lower(), "", "product", picture=f"{code}.jpg"), **kept
    )


TEA, CUP, BOWL = item("TEA"), item("CUP"), item("BOWL")
MILK, PHONE = item("MILK", batch_tracked=True), item("PHONE", serial_tracked=True)
CODES: Mapping[str, Sequence[Goods]] = {
    "TEA": [TEA],
    "69": [TEA],
    "CUP": [CUP],
    "77": [CUP, BOWL],
    "MILK": [MILK],
    "PHONE": [PHONE],
}


def after(*codes: str, session: Session | None = None) -> tuple[Session, list[Got]]:
    """The session after these scans, and what was said."""
    now, said = session or Session(), []
    for code in codes:
        told = scan(now, code, CODES.get(goods_code(code), ()))
        now = told.session
        said.append(told.verdict)
    return now, said


def lines(session: Session) -> list[tuple[str, str, int, str]]:
    return [(x.goods.item.code, x.bin, x.quantity, x.batch.code) for x in session.lines]


def test_each_scan_is_a_piece_in_the_bin_scanned_before() -> None:
    session, said = after("TEA", "BIN-A-1", "69", "TEA", "CUP", "bin-A-2", "TEA")
    assert lines(session) == [
        ("TEA", "", 1, ""),
        ("TEA", "A-1", 2, ""),
        ("CUP", "A-1", 1, ""),
        ("TEA", "A-2", 1, ""),
    ]
    assert said[:3] == [Got.COUNTED, Got.BIN, Got.COUNTED]
    assert session.pieces == 5


def test_many_at_once_and_the_last_line_made_so_many() -> None:
    session, said = after("TEA*12", "TEA", "CUP", "*7", "× 30")
    assert lines(session) == [("TEA", "", 13, ""), ("CUP", "", 30, "")]
    assert said[-2:] == [Got.QUANTITY, Got.QUANTITY]
    gone = set_quantity(session, 0)
    assert lines(gone.session) == [("TEA", "", 13, "")]
    assert set_quantity(gone.session, 5).verdict is Got.NOTHING


def test_a_code_of_several_items_asks_and_each_way_answers() -> None:
    asked, said = after("77", "77", "77*3")
    assert said == [Got.ASK] * 3
    assert asked.question is not None
    assert [g.item.picture for g in asked.question.candidates] == ["CUP.jpg", "BOWL.jpg"]
    assert (asked.question.quantity, asked.lines) == (5, ())
    assert lines(choose(asked, "id-BOWL").session) == [("BOWL", "", 5, "")]
    assert lines(after("CUP", session=asked)[0]) == [("CUP", "", 5, "")]
    stays, said = after("TEA", session=asked)
    assert (said, stays.question) == ([Got.ASK], asked.question)
    assert choose(asked, "id-TEA").verdict is Got.NOTHING
    answered = choose(asked, "id-CUP").session
    assert answered.question is None
    assert undo(undo(answered).session).verdict is Got.NOTHING  # one scan, taken back in one go


def test_the_last_scan_is_taken_back_again_and_again() -> None:
    session, said = after("BIN-A", "TEA", "TEA", "*9", "CMD-UNDO", "cmd-undo", "CMD-UNDO")
    assert said[-3:] == [Got.UNDONE] * 3
    assert (session.lines, session.bin) == ((), "A")
    session, said = after("CMD-UNDO", "CMD-UNDO", session=session)
    assert said == [Got.UNDONE, Got.NOTHING]
    assert session == Session()


def test_a_batch_belongs_to_the_goods_before_it_and_to_those_that_follow() -> None:
    session, _ = after("MILK", "MILK", "BATCH=L1", "EXP=20270131", "MILK", "BATCH=L2", "MILK*4")
    assert lines(session) == [("MILK", "", 3, "L1"), ("MILK", "", 4, "L2")]
    assert session.lines[0].batch == Batch("L1", "", "2027-01-31")
    assert session.lines[1].batch == Batch("L2")
    assert open_points(session) == []
    session, _ = after("BIN-B", "MILK", session=session)
    assert lines(session)[-1] == ("MILK", "B", 1, "L2")


def test_two_lines_that_turn_out_one_batch_are_one() -> None:
    session, _ = after("MILK", "BATCH=L1", "BATCH=L2", "MILK", "BATCH=L1", "MILK")
    assert lines(session) == [("MILK", "", 2, "L1"), ("MILK", "", 1, "L2")]


def test_what_is_kept_by_batch_or_number_stays_open_without() -> None:
    session, _ = after("MILK", "PHONE", "PHONE", "S1")
    assert [(x.wants_batch, x.wants_serials) for x in open_points(session)] == [
        (True, 0),
        (False, 1),
    ]
    session, said = after("SN=S2", "S3", "S2", session=session)
    assert said == [Got.SERIAL, Got.SERIAL, Got.TWICE]
    assert session.lines[1].quantity == 3  # a number more is a piece more
    assert set_quantity(session, 2).verdict is Got.BAD


@pytest.mark.parametrize(
    ("codes", "verdict"),
    [
        (["NONE"], Got.UNKNOWN),
        (["PHONE", "NONE*2"], Got.UNKNOWN),
        (["*5"], Got.NOTHING),
        (["BATCH=L1"], Got.NOTHING),
        (["SN=1"], Got.NOTHING),
        (["TEA", "EXP=soon"], Got.BAD),
        (["TEA*0"], Got.BAD),
        (["TEA*9999999"], Got.BAD),
        (["BIN-@picked"], Got.BAD),
    ],
)
def test_what_means_nothing_changes_nothing(codes: list[str], verdict: Got) -> None:
    before, _ = after(*codes[:-1])
    session, said = after(codes[-1], session=before)
    assert said == [verdict]
    assert session == before
