"""Scenes of the packing bench for ``desk_pictures``: what is special about a parcel."""

from __future__ import annotations

from sqlalchemy import update

from app.services.numbers import labelling
from app.services.orders import holding, queries
from app.services.parcels import checking, packing
from app.services.parcels.parcel_queries import parcel_rows
from app.services.printing import printing
from app.simulators.seed_orders import OrderKind
from app.store.tables import orders
from tests.support.warehouse import Bench
from tests.ui.stage import Stage
from ui.main_window import Product
from ui.pages.bench.window import BenchWindow


def bench_window(product: Product) -> BenchWindow:
    """The bench, shown as large as the window."""
    window = product.window.page("bench")
    assert isinstance(window, BenchWindow)
    window.resize(product.window.size())
    window.show()
    window.activated()
    return window


def printed(bench: Bench, kind: str) -> tuple[str, list[str]]:
    """The label and the pieces of the first order of this kind."""
    work = bench.work
    order = queries.find_order(work, bench.seed(kind).order_id)
    assert order is not None
    (parcel,) = queries.order_rows(work, [order])[0].parcels
    if parcel_rows(work, [parcel])[0].holds:
        with work.db.write() as tx:
            holding.release_by_person(tx, work, parcel)
        checking.recheck(work)
    wave = bench.wave(only=[parcel])
    labelling.label_wave(work, wave)
    printing.print_wave(work, wave)
    with work.db.read() as tx:
        lines = packing.read_parcel(tx, parcel).lines
    number = parcel_rows(work, [parcel])[0].waybill
    return number, [line.item.code for line in lines for _ in range(line.need)]


def everything_special(bench: Bench) -> str:
    """One parcel with every fact at once; its label."""
    number, _ = printed(bench, OrderKind.GREETING_CARD)
    with bench.work.db.write() as tx:
        tx.execute(
            update(orders)
            .where(orders.c.order_id == bench.seed(OrderKind.GREETING_CARD).order_id)
            .values(
                is_gift=True,
                serials_wanted=True,
                custom_work="杯底刻字「小满」，字体用楷书，刻在正中间，不要太大；盒子外面再贴一张红色的小标签",
                buyer_note="送人的，包好一点，别折",
            )
        )
    return number


def _scan(stage: Stage, *codes: str) -> None:
    window = bench_window(stage.product)
    for code in codes:
        window.scanned(code)
        stage.settle()


def bench_facts(stage: Stage) -> None:
    _scan(stage, everything_special(stage.bench))


def bench_card(stage: Stage) -> None:
    _scan(stage, printed(stage.bench, OrderKind.GREETING_CARD)[0])


def bench_serial(stage: Stage) -> None:
    label, pieces = printed(stage.bench, OrderKind.SERIALS)
    _scan(stage, label, *pieces)


def bench_no_serial(stage: Stage) -> None:
    label, pieces = printed(stage.bench, OrderKind.SERIALS)
    _scan(stage, label, *pieces, pieces[0])
