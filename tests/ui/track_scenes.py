"""Parcels on their way and bills of carriers, as scenes for ``desk_pictures`` and for tests."""

from __future__ import annotations

import tempfile
from pathlib import Path

from app.services.money import statements, views
from app.services.money.views import Period
from app.services.numbers import labelling
from app.services.parcels.parcel_queries import ParcelRow, parcel_rows
from app.services.parcels.shipping import ship
from app.services.telling import outbox
from tests.services.money.billing import HEADINGS, PRICE, csv_file
from tests.services.money.test_choice import apply
from tests.services.tracking import road
from tests.support.warehouse import Bench
from tests.ui.stage import Stage
from ui.pages.tracking.page import TrackingPage
from ui.pages.tracking.views import FREIGHT
from ui.widgets.dialog import Dialog

_ZONES = PRICE.split("[[price]]")[1]


def prices(bench: Bench) -> None:
    """What every carrier of the bench should cost."""
    apply(bench, "".join("[[price]]" + _ZONES.format(carrier=c) for c in road.CARRIERS))


def all_gone(bench: Bench) -> list[ParcelRow]:
    """Everything that can be labelled has left, and the shops know it."""
    wave = bench.wave()
    ids = [r.parcel for r in labelling.label_wave(bench.work, wave) if r.ok]
    assert all(r.ok for r in ship(bench.work, parcel_ids=ids, unpacked=True))
    outbox.drain(bench.work, everything=True)
    return parcel_rows(bench.work, ids)


def travelled(bench: Bench) -> dict[str, list[ParcelRow]]:
    """Three days on the road: some arrived, some are under way, each trouble once or twice."""
    gone = all_gone(bench)
    direct = {c: [r for r in gone if r.carrier == c and r.route == "direct"] for c in road.CARRIERS}
    sf, zto, yunda = direct["sf"], direct["zto"], direct["yunda"]
    stuck, damaged = sf[0], yunda[0]
    road.move(bench, stuck, 2)
    road.move(bench, damaged, 2)
    bench.clock.advance(minutes=20)
    road.report(bench, damaged, "ISSUE", "外包装破损，在转运中心")
    road.pass_hours(bench, 50, every=5)
    for n, row in enumerate((*sf[1:], *zto, *yunda[1:])):
        road.move(bench, row, (1, 2, 3, 4, 5)[n % 5])
    bench.clock.advance(hours=1)
    if zto:
        road.report(bench, zto[0], "问题件", "派送不成功，客户不在家")
    road.pass_hours(bench, 5, every=1)
    return direct


def bill(bench: Bench, folder: Path, carrier: str, rows: list[ParcelRow]) -> Path:
    """A statement about these parcels: too heavy, too dear, unknown, and right ones."""
    day = bench.work.now().date().isoformat()
    lines = []
    for n, row in enumerate(rows):
        fee, weight = (
            ("9.50", "4.00") if n == 0 else ("6.50", "0.90") if n == 1 else ("4.00", "0.80")
        )
        lines.append(["1", day, row.waybill, "浙江 杭州", weight, fee])
    lines.append(
        ["1", day, {"sf": "SF1538402990002"}.get(carrier, "78612034510093"), "", "1", "3.20"]
    )
    names = {"sf": "顺丰", "zto": "中通", "yunda": "韵达"}
    return csv_file(folder / f"{names[carrier]}3月账单.csv", lines, HEADINGS)


def billed(bench: Bench) -> Period:
    """Everything left, and every carrier has sent its bill."""
    prices(bench)
    direct = travelled(bench)
    with tempfile.TemporaryDirectory() as folder:
        for carrier, rows in direct.items():
            if rows:
                statements.import_file(bench.work, bill(bench, Path(folder), carrier, rows))
    return views.billed_months(bench.work)[0]


def page_of(stage: Stage) -> TrackingPage:
    page = stage.product.window.page("tracking")
    assert isinstance(page, TrackingPage)
    return page


def shown(stage: Stage, tab: str = "all") -> TrackingPage:
    """The page on one of its tabs."""
    stage.product.window.go("tracking")
    page = page_of(stage)
    stage.settle()
    page.choose_tab(tab)
    stage.settle()
    stage.product.window.grab()
    stage.settle()
    return page


def track_list(stage: Stage) -> None:
    travelled(stage.bench)
    shown(stage)


def track_trouble(stage: Stage) -> None:
    """The worst one is open."""
    travelled(stage.bench)
    page = shown(stage, "trouble")
    page.open_parcel(page.table.rows.ids[0])
    stage.settle()


def track_arrived(stage: Stage) -> None:
    travelled(stage.bench)
    page = shown(stage, "delivered")
    page.open_parcel(page.table.rows.ids[0])
    stage.settle()


def track_beside_bills(stage: Stage) -> None:
    """As after taking in a bill: the list of parcels with the sums beside it."""
    billed(stage.bench)
    page = shown(stage)
    page.billing.taken.emit(None)
    stage.settle()


def track_bills(stage: Stage) -> None:
    billed(stage.bench)
    page = shown(stage, FREIGHT)
    page.bills.selection.toggle(page.bills.rows.ids[0])
    stage.settle()


def track_no_bills(stage: Stage) -> None:
    travelled(stage.bench)
    shown(stage, FREIGHT)


def track_nothing(stage: Stage) -> None:
    shown(stage)


def track_selected(stage: Stage) -> None:
    travelled(stage.bench)
    page = shown(stage, "on_the_way")
    page.table.selection.select_only(page.table.rows.ids[:2])
    stage.settle()


def track_unreachable(stage: Stage) -> None:
    """No carrier answers any more."""
    travelled(stage.bench)
    page = shown(stage)
    stage.bench.world.carriers.server.stop()
    stage.bench.clock.advance(hours=1)
    page.refresh_now()
    stage.settle()
    stage.settle()


def track_columns(stage: Stage) -> None:
    """A bill whose headings nobody knows."""
    direct = travelled(stage.bench)
    page = shown(stage)
    with tempfile.TemporaryDirectory() as folder:
        file = csv_file(
            Path(folder) / "3月对账.csv",
            [["1", row.waybill, "4.00", "1.2"] for row in direct["sf"]],
            ("序", "快件代号", "应结", "公斤数"),
        )
        page.billing.take(file)
        stage.settle()
    assert stage.product.window.findChild(Dialog) is not None


SCENES = (
    track_list,
    track_trouble,
    track_arrived,
    track_beside_bills,
    track_bills,
    track_no_bills,
    track_nothing,
    track_selected,
    track_unreachable,
    track_columns,
)
