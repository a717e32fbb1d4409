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
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product as combinations
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QDeadlineTimer
from PySide6.QtWidgets import QApplication

from app.i18n import CHINESE, ENGLISH, install_language
from app.services import labelling, outbox, queries, voiding, wave_views, waves
from app.services.parcel_queries import parcel_rows
from app.services.queries import OrderFilter
from app.simulators.seed_orders import OrderKind
from tests.support.warehouse import Bench, open_bench
from ui.main_window import Product, build_product
from ui.pages.orders.page import OrdersPage
from ui.pages.waves.page import WavesPage
from ui.theme_tokens import Scheme
from ui.widgets.drawer import Drawer

_WAIT_MS = 8_000


@dataclass(frozen=True, slots=True)
class Stage:
    """What a scene plays on."""

    product: Product
    bench: Bench

    def settle(self) -> None:
        """Let everything that was begun come to its end."""
        limit = QDeadlineTimer(_WAIT_MS)
        quiet = 0
        while quiet < 4 and not limit.hasExpired():
            QApplication.processEvents()
            quiet = 0 if self.product.parts.jobs.active else quiet + 1

    @property
    def orders(self) -> OrdersPage:
        page = self.product.window.page("orders")
        assert isinstance(page, OrdersPage)
        return page

    def open_kind(self, kind: str) -> str:
        """Open the first order of this kind in the drawer; its id."""
        order = queries.find_order(self.bench.work, self.bench.seed(kind).order_id)
        assert order is not None
        self.product.window.go("orders")
        self.orders.open_order(order)
        self.settle()
        return order

    def scroll(self, share: float) -> None:
        """The drawer's body, from 0 (top) to 1."""
        drawer: Drawer = self.orders.order_drawer
        bar = drawer.column.verticalScrollBar()
        bar.setValue(round(bar.maximum() * share))
        self.settle()


def address(stage: Stage) -> None:
    stage.open_kind(OrderKind.ADDRESS_CHANGE)


def address_printed(stage: Stage) -> None:
    """The label was printed before the buyer asked."""
    stage.open_kind(OrderKind.ADDRESS_CHANGE)
    stage.orders.order_drawer.answered.emit("address", True)
    stage.settle()


def variant(stage: Stage) -> None:
    stage.open_kind(OrderKind.SKU_CHANGE)


def gift(stage: Stage) -> None:
    stage.open_kind(OrderKind.GREETING_CARD)


def made_to_order(stage: Stage) -> None:
    stage.open_kind(OrderKind.MADE_TO_ORDER)


def inspection(stage: Stage) -> None:
    stage.open_kind(OrderKind.INSPECTION)


def urged(stage: Stage) -> None:
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


def sync_panel(stage: Stage) -> None:
    stage.open_kind(OrderKind.ORDINARY)
    stage.product.background.read_facts()
    stage.settle()
    page = stage.orders
    page.head.chip.click()
    stage.settle()


def sealed(stage: Stage) -> None:
    """Everything numbered, for scenes that want labels."""
    labelling.label_wave(stage.bench.work, stage.bench.wave())
    first = queries.order_ids(stage.bench.work, OrderFilter(tab="to_pick"))[:1]
    if first:
        stage.orders.open_order(first[0])
    stage.settle()


def _low(stage: Stage) -> list[str]:
    """Two labels left in the busiest franchise account; the parcels that want one of it."""
    loose = [p for p in wave_views.loose_rows(stage.bench.work) if p.route == "platform"]
    wanted = Counter((p.shop, p.account) for p in loose)
    key = wanted.most_common(1)[0][0]
    for account in stage.bench.world.shops[key[0]].accounts:
        if account.acct_id == key[1]:
            account.available = 2
    stage.bench.clock.advance(minutes=10)
    return [p.id for p in loose if (p.shop, p.account) == key]


def _waves(stage: Stage) -> WavesPage:
    stage.product.window.go("waves")
    page = stage.product.window.page("waves")
    assert isinstance(page, WavesPage)
    stage.settle()
    return page


def low_balance_question(stage: Stage) -> None:
    _low(stage)
    _waves(stage).new_wave()
    stage.settle()


def low_balance_sheet(stage: Stage) -> None:
    waves.create(stage.bench.work, only=_low(stage))
    _waves(stage)


def balances_tab(stage: Stage) -> None:
    """One number that the carrier keeps, one on its way back."""
    work = stage.bench.work
    loose = [p for p in wave_views.loose_rows(work) if p.route == "platform"][:3]
    labelling.label_parcels(work, [p.id for p in loose])
    numbers = [row.waybill for row in parcel_rows(work, [p.id for p in loose])]
    stage.bench.world.shops[loose[0].shop].pick_up(numbers[0])
    voiding.cancel_waybill(work, numbers[0])
    outbox.drain(work)
    voiding.cancel_waybill(work, numbers[1])
    _low(stage)
    stage.bench.sync()
    _waves(stage).tabs.choose("balance")
    stage.settle()


SCENES: dict[str, Callable[[Stage], None]] = {
    scene.__name__: scene
    for scene in (
        address,
        variant,
        gift,
        made_to_order,
        inspection,
        urged,
        note,
        why_reveal,
        revealed,
        sync_panel,
        low_balance_question,
        low_balance_sheet,
        balances_tab,
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
            window.grab()
            stage.settle()
            window.grab().save(str(file))
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
