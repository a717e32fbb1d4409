"""Lists by pages and search by words: the same orders as looking at every one of them."""

from __future__ import annotations

import itertools

import pytest
from sqlalchemy import select, text, update

from app.domain.address import Address
from app.services.orders import queries, secret_words
from app.services.orders.order_lists import COUNT_CAP, Cursor, in_list_order, order_page
from app.services.orders.queries import OrderFilter, OrderRow
from app.store import word_index
from app.store.tables import order_secrets, orders
from app.store.tables import secret_words as hashes
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced
TABS = ("all", "to_check", "to_label", "cancelled", "failed", "held", "refund", "other")


def every_row(bench: Bench) -> list[OrderRow]:
    with bench.work.db.read() as tx:
        ids = list(tx.execute(select(orders.c.id)).scalars())
    return queries.order_rows(bench.work, ids)


def pages(bench: Bench, wanted: OrderFilter, limit: int) -> list[str]:
    """All ids, read forwards page by page."""
    found: list[str] = []
    after: Cursor | None = None
    while True:
        page = order_page(bench.work, wanted, after, limit)
        found += page.ids
        if page.after is None:
            return found
        after = page.after


def back_from_the_end(bench: Bench, wanted: OrderFilter, limit: int) -> list[str]:
    """All ids but the last page's, read backwards from there."""
    whole = pages(bench, wanted, limit)
    page = order_page(bench.work, wanted, limit=len(whole))
    last = order_page(bench.work, wanted, _place(bench, wanted, page.ids[-2]), limit)
    found = list(last.ids)
    before = last.before
    while before is not None:
        page = order_page(bench.work, wanted, before=before, limit=limit)
        found = [*page.ids, *found]
        before = page.before
    return found


def _place(bench: Bench, wanted: OrderFilter, our_id: str) -> Cursor:
    (row,) = queries.order_rows(bench.work, [our_id])
    return Cursor(row.paid_at if wanted.sort == "paid" else row.deadline_at, our_id)


@pytest.mark.parametrize(
    ("sort", "descending"), list(itertools.product(("paid", "deadline"), (True, False)))
)
def test_pages_forwards_and_backwards_are_the_whole_list(
    bench: Bench, sort: str, descending: bool
) -> None:
    with bench.work.db.write() as tx:  # some without the time that is sorted by
        some = list(tx.execute(select(orders.c.id).order_by(orders.c.order_id).limit(3)).scalars())
        tx.execute(
            update(orders).where(orders.c.id.in_(some)).values(paid_at=None, deadline_at=None)
        )
    rows = every_row(bench)
    by_id = sorted(rows, key=lambda r: r.id, reverse=True)
    timed = [(r.paid_at if sort == "paid" else r.deadline_at, r.id) for r in by_id]
    known = [(at, i) for at, i in timed if at is not None]
    known.sort(key=lambda pair: pair[0], reverse=descending)
    expected = [i for _, i in known] + [i for at, i in timed if at is None]
    wanted = OrderFilter(sort=sort, descending=descending)
    assert queries.order_ids(bench.work, wanted) == expected
    assert pages(bench, wanted, 4) == expected
    assert back_from_the_end(bench, wanted, 4) == expected


def test_every_way_to_a_list_gives_the_rows_that_fit(bench: Bench) -> None:
    rows = every_row(bench)
    shops = sorted({r.shop for r in rows})
    carriers = sorted({r.carrier for r in rows if r.carrier})
    assert len(shops) > 1
    assert len(carriers) > 1
    for tab, of_shops, of_carriers in itertools.product(
        TABS, ((), shops[:1], shops), ((), carriers[:1], carriers)
    ):
        wanted = OrderFilter(tab=tab, shops=tuple(of_shops), carriers=tuple(of_carriers))
        found = queries.order_ids(bench.work, wanted)
        fitting = {
            r.id
            for r in rows
            if _in_tab(r, tab)
            and (not of_shops or r.shop in of_shops)
            and (not of_carriers or r.carrier in of_carriers)
        }
        assert set(found) == fitting, wanted
        assert len(found) == len(fitting), wanted
        counts = queries.order_counts(bench.work, wanted)
        assert counts.get(tab, 0) == len(fitting), wanted


def _in_tab(row: OrderRow, tab: str) -> bool:
    match tab:
        case "all":
            return True
        case "failed":
            return row.failed
        case "held":
            return bool(row.holds)
        case "refund":
            return "refund" in row.holds
        case "other":
            return row.flow != "parcel"
        case stage:
            return row.stage == stage and row.flow == "parcel"


def test_the_stored_carrier_is_the_one_that_is_shown(bench: Bench) -> None:
    with bench.work.db.read() as tx:
        stored = {r.id: r.carrier for r in tx.execute(select(orders.c.id, orders.c.carrier))}
    for row in every_row(bench):
        assert stored[row.id] in (row.carrier, "*"), row.order_id


def test_parts_of_a_text_are_found_as_the_text_itself_says(bench: Bench) -> None:
    """Two Chinese characters anywhere, five digits anywhere, four at an end, one at the start."""
    with bench.work.db.read() as tx:
        texts = {r.id: r.search for r in tx.execute(select(orders.c.id, orders.c.search))}
    asked: set[str] = set()
    for told in texts.values():
        for word in told.split():
            wide = [i for i in range(len(word) - 1) if ord(word[i]) > 255 < ord(word[i + 1])]
            parts = (word[i : i + n] for i in wide for n in (2, 3))
            asked.update(part for part in parts if part.isalnum())
            if word.isalnum() and word.isascii() and len(word) > 5:
                asked.update((word, word[:4], word[-4:], word[2:7], word[:3]))
    sample = sorted(asked)[:: max(1, len(asked) // 120)]
    assert len(sample) > 60
    for word in sample:
        found = set(queries.order_ids(bench.work, OrderFilter(search=word)))
        told = {i for i, said in texts.items() if word in said}
        if len(word) > 4 or not word.isascii():
            assert found == told, word
        else:
            assert found, word
            assert found <= told, word


def test_two_words_are_both_wanted(bench: Bench) -> None:
    row = next(r for r in every_row(bench) if r.lines and r.receiver_name)
    title = row.lines[0].title[:2]
    found = queries.order_ids(bench.work, OrderFilter(search=f"{title} {row.order_id}"))
    assert found == [row.id]
    assert queries.order_ids(bench.work, OrderFilter(search=f"{title} 空无此物")) == []
    assert queries.order_ids(bench.work, OrderFilter(search="**")) == []


def test_one_character_finds_a_surname(bench: Bench) -> None:
    row = next(r for r in every_row(bench) if r.receiver_name[1:] == "**")
    for typed in (row.receiver_name[0], row.receiver_name):
        assert row.id in queries.order_ids(bench.work, OrderFilter(search=typed))


def test_a_search_looks_within_the_filter(bench: Bench) -> None:
    rows = every_row(bench)
    title = next(x.title for r in rows for x in r.lines)[:2]
    both = queries.order_ids(bench.work, OrderFilter(search=title))
    for shop in {r.shop for r in rows}:
        mine = queries.order_ids(bench.work, OrderFilter(search=title, shops=(shop,)))
        assert mine == [i for i in both if i in {r.id for r in rows if r.shop == shop}]
    waiting = queries.order_ids(bench.work, OrderFilter(search=title, tab="to_label"))
    assert set(waiting) == {r.id for r in rows if r.id in both and _in_tab(r, "to_label")}
    counts = queries.order_counts(bench.work, OrderFilter(search=title))
    assert counts["all"] == len(both)
    assert counts["to_label"] == len(waiting)


def test_a_new_text_is_found_and_the_old_one_is_not(bench: Bench) -> None:
    row = next(r for r in every_row(bench) if r.stage == "to_label")
    from app.services import records

    for note, gone in (("红木匣子", ""), ("青瓷小碗", "红木匣子")):
        with bench.work.db.write() as tx:
            tx.execute(update(orders).where(orders.c.id == row.id).values(merchant_note=note))
            records.refresh_orders(tx, [row.id])
        assert queries.order_ids(bench.work, OrderFilter(search=note[:2])) == [row.id]
        if gone:
            assert queries.order_ids(bench.work, OrderFilter(search=gone)) == []


def test_a_sealed_name_is_found_and_nowhere_in_the_database(bench: Bench) -> None:
    row = next(r for r in every_row(bench) if r.stage == "to_label")
    clear = Address(name="欧阳若兰", phone="13900007315", province="浙江省", city="杭州市")
    with bench.work.db.write() as tx:
        kept = tx.execute(select(orders.c.address_hash).where(orders.c.id == row.id)).scalar_one()
        tx.execute(
            order_secrets.insert().values(
                order_id=row.id,
                receiver_sealed=bench.work.sealer.seal(_as_json(clear)),
                address_hash=kept,
                decoded_at=bench.work.now(),
            )
        )
        assert secret_words.rebuild(tx, bench.work) == 1
    for typed in ("欧阳", "若兰", "阳若兰", "欧阳若兰", "7315", "13900007315"):
        for tab in ("all", "to_label"):
            found = queries.order_ids(bench.work, OrderFilter(tab=tab, search=typed))
            assert row.id in found, (typed, tab)
    both = OrderFilter(search=f"欧阳 {row.order_id}")
    assert queries.order_ids(bench.work, both) == [row.id]
    assert queries.order_ids(bench.work, OrderFilter(search="若兰 空无此物")) == []
    assert queries.order_ids(bench.work, OrderFilter(search="欧兰")) == []
    with bench.work.db.read() as tx:
        everything = tx.execute(select(hashes)).all()
        words = tx.execute(select(orders.c.search).where(orders.c.id == row.id)).scalar_one()
    assert everything
    assert not any("欧" in r.token or "7315" in r.token for r in everything)
    assert "欧阳" not in words


def _as_json(address: Address) -> str:
    import json

    return json.dumps(address.as_dict(), ensure_ascii=False)


def test_an_old_place_is_not_found_by_its_name(bench: Bench) -> None:
    row = next(r for r in every_row(bench) if r.stage == "to_label")
    with bench.work.db.write() as tx:
        tx.execute(
            order_secrets.insert().values(
                order_id=row.id,
                receiver_sealed="",
                address_hash="of another place",
                decoded_at=bench.work.now(),
            )
        )
        secret_words.put(tx, bench.work, row.id, Address(name="欧阳若兰"))
    assert queries.order_ids(bench.work, OrderFilter(search="欧阳")) == []


def test_the_index_of_words_can_be_made_anew(bench: Bench) -> None:
    row = next(r for r in every_row(bench) if r.lines)
    wanted = OrderFilter(search=row.order_id)
    with bench.work.db.write() as tx:
        if bench.work.db.is_sqlite:
            tx.execute(text("INSERT INTO order_words (order_words) VALUES ('delete-all')"))
        else:
            tx.execute(text("DELETE FROM order_words"))
    assert queries.order_ids(bench.work, wanted) == []
    with bench.work.db.write() as tx:
        assert word_index.rebuild(tx) == len(every_row(bench))
    assert queries.order_ids(bench.work, wanted) == [row.id]


def test_chosen_orders_come_in_list_order(bench: Bench) -> None:
    wanted = OrderFilter(tab="to_label")
    ids = queries.order_ids(bench.work, wanted)
    chosen = [ids[3], ids[0], ids[2], "nobody"]
    assert in_list_order(bench.work, wanted, chosen) == [ids[0], ids[2], ids[3]]
    assert len(ids) < COUNT_CAP
