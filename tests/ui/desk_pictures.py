"""Pictures of every card, question and panel of the shop's desk, for looking at.

python -m tests.ui.desk_pictures FOLDER [--only NAME] [--all]

Draws a live simulated warehouse without a screen: 1440 x 900 light Chinese, with ``--all`` also
1280 x 720, dark and English.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from itertools import product as combinations
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from sqlalchemy import delete, select

from app.i18n import CHINESE, ENGLISH, install_language
from app.services.numbers import labelling
from app.services.orders import order_requests, queries
from app.services.orders.queries import OrderFilter
from app.services.parcels import shipping
from app.services.printing import printing
from app.services.waves import wave_views
from app.simulators.seed_orders import OrderKind
from app.simulators.wechat.addresses import Receiver
from app.store.tables import order_lines, orders, parcel_lines, reservations, shops
from tests.support.warehouse import open_bench
from tests.ui import (
    bench_scenes,
    reconcile_scenes,
    settings_scenes,
    stock_scenes,
    track_scenes,
    wave_scenes,
)
from tests.ui.stage import Stage
from tests.ui.test_order_several import order_with_two_choices
from ui.main_window import build_product
from ui.pages.orders.case_questions import ask_for_proof
from ui.pages.orders.picture_choice import LARGEST_BYTES, PictureChoice
from ui.pages.orders.split_question import SplitForm
from ui.theme_tokens import Scheme


def address(stage: Stage) -> None:
    stage.open_kind(OrderKind.ADDRESS_CHANGE)


def address_printed(stage: Stage) -> None:
    """The label was printed before the buyer asked; accepting is asked once more."""
    work, bench = stage.bench.work, stage.bench
    loose = next(p for p in wave_views.loose_rows(work) if p.route == "platform")
    wave = bench.wave(only=[loose.id])
    labelling.label_wave(work, wave)
    printing.print_wave(work, wave)
    new = Receiver("周新", "13911112222", "浙江省", "杭州市", "西湖区", "文三路 20 号")
    bench.world.shops[loose.shop].request_address_change(loose.order_id, new)
    bench.sync()
    order = queries.find_order(work, loose.order_id)
    stage.product.window.go("orders")
    stage.orders.open_order(order)
    stage.settle()
    stage.orders.order_drawer.answered.emit("address", True)
    stage.settle()


def variant(stage: Stage) -> None:
    stage.open_kind(OrderKind.SKU_CHANGE)


def variants(stage: Stage) -> None:
    """Two lines of one order."""
    row, wanted = order_with_two_choices(stage.bench)
    for product_id, old, new in wanted:
        stage.bench.world.shops[row.shop].request_sku_change(row.order_id, product_id, old, new)
    stage.bench.sync()
    stage.product.window.go("orders")
    stage.orders.open_order(row.id)
    stage.settle()


def gift(stage: Stage) -> None:
    stage.open_kind(OrderKind.GREETING_CARD)


def made_to_order(stage: Stage) -> None:
    stage.open_kind(OrderKind.MADE_TO_ORDER)


def inspection(stage: Stage) -> None:
    stage.open_kind(OrderKind.INSPECTION)


def urged(stage: Stage) -> None:
    """The urging comes by a push only."""
    seed = stage.bench.seed(OrderKind.URGED)
    order_requests.urged(stage.bench.work, seed.shop, seed.order_id)
    stage.open_kind(OrderKind.URGED)


def note(stage: Stage) -> None:
    stage.open_kind(OrderKind.ORDINARY)
    drawer = stage.orders.order_drawer
    drawer.note.field.setText("送人的，丝带用红的")
    drawer.note.field.submitted.emit("")
    stage.settle()
    stage.scroll(1)


def why_reveal(stage: Stage) -> None:
    stage.open_kind(OrderKind.VIRTUAL_NUMBER)
    stage.orders.order_drawer.receiver.link.click()
    stage.settle()
    stage.scroll(0.5)


def revealed(stage: Stage) -> None:
    stage.open_kind(OrderKind.VIRTUAL_NUMBER)
    receiver = stage.orders.order_drawer.receiver
    receiver.link.click()
    next(iter(receiver.reasons.buttons.values())).click()
    receiver.number_button.click()
    stage.settle()
    stage.scroll(0.5)


def serials(stage: Stage) -> None:
    stage.open_kind(OrderKind.SERIALS)
    stage.scroll(0.3)


def split(stage: Stage) -> None:
    """A kind is torn: the shop's rule and its two ways out."""
    work = stage.bench.work
    rows = queries.order_rows(work, queries.order_ids(work, OrderFilter(tab="to_label")))
    row = next(r for r in rows if len(r.lines) > 1 and any(x.quantity > 1 for x in r.lines))
    stage.product.window.go("orders")
    stage.orders.open_order(row.id)
    stage.settle()
    stage.orders.key_pressed("s")
    form = stage.product.window.findChild(SplitForm)
    assert form is not None
    line = next(x for x in form.board.lines if x.quantity > 1)
    form.board.set_pieces(line, 1, 1)
    stage.settle()


def merge(stage: Stage) -> None:
    same = [o.order_id for o in stage.bench.scenario.orders if o.kind == OrderKind.SAME_BUYER]
    page = stage.orders
    page.tabs.choose("to_label")
    stage.settle()
    ids = [queries.find_order(stage.bench.work, order) for order in same]
    page.table.selection.select_only([i for i in ids if i])
    stage.settle()


def take_back(stage: Stage) -> None:
    work = stage.bench.work
    loose = next(p for p in wave_views.loose_rows(work) if p.route == "platform")
    labelling.label_parcels(work, [loose.id])
    shipping.ship(work, parcel_ids=[loose.id], unpacked=True)
    order = queries.find_order(work, loose.order_id)
    stage.product.window.go("orders")
    stage.orders.open_order(order)
    stage.settle()
    stage.orders.order_drawer.buttons.unship.click()
    stage.settle()


def read_only_shop(stage: Stage) -> None:
    with stage.bench.work.db.write() as tx:
        for row in tx.execute(select(shops.c.id, shops.c.settings)).all():
            values = {**(row.settings or {}), "read_only": True}
            tx.execute(shops.update().where(shops.c.id == row.id).values(settings=values))
    stage.open_kind(OrderKind.ADDRESS_CHANGE)
    stage.product.background.read_facts()
    stage.settle()


def case(stage: Stage) -> None:
    stage.open_kind(OrderKind.REFUND_OPEN)


def _answer(stage: Stage, what: str) -> None:
    case(stage)
    drawer = stage.orders.order_drawer
    assert drawer.view is not None
    drawer.case_acted.emit(drawer.view.desk.cases[0].id, what)
    stage.settle()


def refund(stage: Stage) -> None:
    _answer(stage, "refund")


def reject(stage: Stage) -> None:
    _answer(stage, "reject")


def reject_pictures(stage: Stage) -> None:
    """A picture is chosen, another is too large."""
    reject(stage)
    choice = stage.product.window.findChild(PictureChoice)
    assert choice is not None
    with tempfile.TemporaryDirectory() as folder:
        box, film = Path(folder) / "箱子破了.png", Path(folder) / "开箱视频截图-2026-11-20.png"
        box.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
        film.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(LARGEST_BYTES))
        choice.take([box, film])
        stage.settle()


def proof(stage: Stage) -> None:
    case(stage)
    drawer = stage.orders.order_drawer
    assert drawer.view is not None
    ask_for_proof(
        stage.product.parts.theme,
        stage.product.window,
        drawer.view.desk.cases[0].title,
        lambda *_: None,
    )
    stage.settle()


def sync_panel(stage: Stage) -> None:
    stage.open_kind(OrderKind.ORDINARY)
    stage.product.background.read_facts()
    stage.settle()
    stage.orders.head.chip.click()
    stage.settle()


def sync_check(stage: Stage) -> None:
    """One order is missing."""
    work = stage.bench.work
    lost = queries.order_ids(work, OrderFilter(tab="to_label"))[0]
    with work.db.write() as tx:
        lines = select(order_lines.c.id).where(order_lines.c.order_id == lost)
        boxed = select(parcel_lines.c.id).where(parcel_lines.c.order_line_id.in_(lines))
        tx.execute(delete(reservations).where(reservations.c.parcel_line_id.in_(boxed)))
        tx.execute(delete(parcel_lines).where(parcel_lines.c.order_line_id.in_(lines)))
        tx.execute(delete(order_lines).where(order_lines.c.order_id == lost))
        tx.execute(delete(orders).where(orders.c.id == lost))
    stage.bench.clock.advance(minutes=5)
    sync_panel(stage)
    panel = stage.product.sync_desk.panel
    assert panel is not None
    panel.check.click()
    stage.settle()
    stage.settle()


SCENES: dict[str, Callable[[Stage], None]] = {
    scene.__name__: scene
    for scene in (
        address,
        address_printed,
        variant,
        variants,
        gift,
        made_to_order,
        inspection,
        urged,
        note,
        why_reveal,
        revealed,
        serials,
        split,
        merge,
        take_back,
        read_only_shop,
        case,
        refund,
        reject,
        reject_pictures,
        proof,
        sync_panel,
        sync_check,
        wave_scenes.new_wave_looked,
        wave_scenes.loose_to_look_at,
        wave_scenes.checked_wave,
        wave_scenes.address_question,
        wave_scenes.refused_in_the_drawer,
        wave_scenes.low_balance_question,
        wave_scenes.low_balance_at_once,
        wave_scenes.low_balance_sheet,
        wave_scenes.balances_tab,
        wave_scenes.direct_accounts,
        wave_scenes.held_run,
        wave_scenes.asked_run,
        wave_scenes.mute_run,
        wave_scenes.label_window,
        wave_scenes.reprint_question,
        wave_scenes.reprints_tab,
        wave_scenes.order_with_label,
        wave_scenes.bench_label,
        bench_scenes.bench_facts,
        bench_scenes.bench_card,
        bench_scenes.bench_serial,
        bench_scenes.bench_no_serial,
        *track_scenes.SCENES,
        *settings_scenes.SCENES,
        *stock_scenes.SCENES,
        *reconcile_scenes.SCENES,
    )
}


def shoot(scene: str, file: Path, size: tuple[int, int], scheme: Scheme, language: str) -> None:
    """One scene on a warehouse of its own."""
    install_language(language)
    with tempfile.TemporaryDirectory() as folder, open_bench(Path(folder), orders=48) as bench:
        bench.sync()
        built = build_product(bench.services)
        built.parts.theme.reduce_motion = True
        built.parts.theme.set_scheme(scheme)
        window = built.window
        window.set_close_question(lambda: True)
        window.resize(*size)
        window.show()
        window.activateWindow()
        stage = Stage(built, bench)
        stage.settle()
        try:
            SCENES[scene](stage)
            shown = window if not scene.startswith("bench") else window.page("bench")
            assert shown is not None
            shown.grab()
            stage.settle()
            shown.grab().save(str(file))
            shown.hide()
        finally:
            window.close()
            built.close()
            built.parts.close()
            window.deleteLater()


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.ui.desk_pictures", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", action="append", choices=sorted(SCENES), default=[])
    parser.add_argument("--all", action="store_true", help="both sizes, schemes and languages")
    chosen = parser.parse_args(arguments)
    chosen.folder.mkdir(parents=True, exist_ok=True)
    sizes = [(1440, 900), (1280, 720)] if chosen.all else [(1440, 900)]
    schemes = [Scheme.LIGHT, Scheme.DARK] if chosen.all else [Scheme.LIGHT]
    languages = [CHINESE, ENGLISH] if chosen.all else [CHINESE]
    for scene in chosen.only or SCENES:
        for size, scheme, language in combinations(sizes, schemes, languages):
            name = f"{scene}_{size[0]}_{scheme.value}_{language[:2]}.png"
            shoot(scene, chosen.folder / name, size, scheme, language)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
