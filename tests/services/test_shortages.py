"""A shortage says who has the pieces and who waits, and a person can give them to another."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain.errors import UserError
from app.services import integrity
from app.services.numbers.labelling import label_parcels
from app.services.orders import holding
from app.services.stock import shortages, stock
from app.store.tables import audit
from tests.support.invented import Invented, figures, shelf
from tests.support.warehouse import Bench


@pytest.fixture
def buyer(bench: Bench) -> Invented:
    shelf(bench, A=3, B=5)
    return Invented(bench)


def test_it_names_who_has_the_pieces_and_who_waits(bench: Bench, buyer: Invented) -> None:
    bought = [buyer.buy({"A": n}, hours=h) for n, h in ((1, 30), (2, 40), (3, 9), (4, 5))]
    one, two, three, four = (buyer.parcel(o).id for o in bought)
    with bench.work.db.write() as tx:
        holding.hold_by_person(tx, bench.work, one, "asked the buyer")
    assert [r.ok for r in label_parcels(bench.work, [two])] == [True]
    (found,) = shortages.shortages(bench.work)
    assert (found.sku, found.on_hand, found.allocated, found.available) == ("A", 3, 3, 0)
    assert (found.wanted, found.missing) == (7, 7)
    assert [(c.parcel, c.orders, c.quantity, c.holds, c.can_give) for c in found.holders] == [
        (two, (bought[1],), 2, (), False),
        (one, (bought[0],), 1, ("manual",), True),
    ]
    assert [(c.parcel, c.quantity) for c in found.waiting] == [(four, 4), (three, 3)]
    (named,) = shortages.shortages(bench.work, ["B"])
    assert (named.missing, named.waiting) == (0, ())


def test_a_person_gives_the_stock_of_one_parcel_to_another(bench: Bench, buyer: Invented) -> None:
    has, waits = buyer.buy({"A": 3, "B": 1}, hours=5), buyer.buy({"A": 2}, hours=50)
    mine, theirs = buyer.parcel(has).id, buyer.parcel(waits).id
    shortages.give(bench.work, mine, theirs)
    assert (buyer.parcel(has).state, buyer.parcel(has).holds) == ("to_check", ("short",))
    assert buyer.parcel(waits).state == "to_label"
    assert (figures(bench, "A"), figures(bench, "B")) == ((3, 2, 0), (5, 0, 0))
    with bench.work.db.read() as tx:
        rows = tx.execute(
            select(audit.c.action, audit.c.parcel_id, audit.c.detail).where(
                audit.c.action.in_(["gave_stock", "got_stock"])
            )
        ).all()
    assert {(r.action, r.parcel_id) for r in rows} == {("gave_stock", mine), ("got_stock", theirs)}
    stock.receive(bench.work, "A", 2)
    assert buyer.parcel(has).state == "to_label"
    assert integrity.check(bench.work).broken == ()


def test_what_would_not_help_is_refused_and_changes_nothing(bench: Bench, buyer: Invented) -> None:
    small, labelled = buyer.buy({"A": 1}), buyer.buy({"A": 2})
    other, waits = buyer.buy({"B": 1}), buyer.buy({"A": 3})
    parcels = {
        name: buyer.parcel(o).id
        for name, o in {
            "small": small,
            "labelled": labelled,
            "other": other,
            "waits": waits,
        }.items()
    }
    assert [r.ok for r in label_parcels(bench.work, [parcels["labelled"]])] == [True]
    for giver, to, code in (
        ("small", "waits", "give_not_enough"),
        ("labelled", "waits", "give_bound"),
        ("other", "waits", "give_nothing"),
        ("small", "other", "give_not_waiting"),
        ("small", "nobody", "no_such_parcel"),
    ):
        with pytest.raises(UserError) as caught:
            shortages.give(bench.work, parcels[giver], parcels.get(to, "000"))
        assert caught.value.code == code
    assert figures(bench, "A") == (3, 3, 0)
    assert buyer.parcel(small).state == "to_label"
    assert integrity.check(bench.work).broken == ()
