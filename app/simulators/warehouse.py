"""All that the demo connects to, on loopback: shops, carriers, component, label printers."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from app.ports import PrinterConfig
from app.simulators.demo_carriers import open_carriers
from app.simulators.demo_config import config_toml
from app.simulators.demo_shop import open_shops
from app.simulators.goods import DEMO_FOLDER
from app.simulators.print_component import PrintComponent
from app.simulators.printers import LabelPrinter
from app.simulators.scenario import Scenario
from app.simulators.travels import Travels
from app.simulators.wechat.gateway import WechatServer
from app.simulators.wechat.shop import WechatShop

FONTS = DEMO_FOLDER.parent / "fonts"
PRINTERS = (("bench-1", "tspl"), ("bench-2", "escpos"), ("bench-3", "zpl"))
_KEPT_PAPERS = 400


class SimulatedWarehouse:
    """The outside world of ``scenario`` from ``start()`` to ``stop()``; ``with`` does both.

    ``paper`` gets what every printer put on paper as ``<printer>/<n>.png``. ``clock`` gives seconds
    since the epoch.
    """

    def __init__(
        self,
        scenario: Scenario,
        *,
        paper: Path | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.scenario = scenario
        opened = open_shops(scenario, clock)
        self.shops: dict[str, WechatShop] = {
            seed.name: shop for seed, shop in zip(scenario.shops, opened, strict=True)
        }
        self.wechat = WechatServer(opened, clock=clock, pictures=DEMO_FOLDER / "pictures")
        self.carriers = open_carriers(scenario.accounts, clock, scenario.seed)
        self.sf = self.carriers.sf
        self.zto = self.carriers.zto
        self.yunda = self.carriers.yunda
        self.jt = self.carriers.jt
        self.kuaidi100 = self.carriers.kuaidi100
        self.component = PrintComponent(
            font_path=FONTS / "NotoSansSC-Regular.subset.ttf",
            bold_font_path=FONTS / "NotoSansSC-Bold.subset.ttf",
            folder=paper,
            clock=clock,
        )
        self.printers = {
            name: LabelPrinter(
                language, out_dir=_folder(paper, name) if paper else None, keep=_KEPT_PAPERS
            )
            for name, language in PRINTERS
        }
        self._started: list[Any] = []

    def start(self) -> Self:
        """Listen on free ports of 127.0.0.1."""
        parts: tuple[Any, ...] = (
            self.wechat,
            self.carriers.server,
            self.component,
            *self.printers.values(),
        )
        for part in parts:
            part.start()
            self._started.append(part)
        return self

    def stop(self) -> None:
        """End everything, in the opposite order. May be called twice."""
        while self._started:
            self._started.pop().stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def travels(self, step_s: float = 20.0) -> Travels:
        """What moves parcels that left on their way."""
        carriers = self.carriers
        return Travels(carriers.roads, list(self.shops.values()), step_s, carriers.kuaidi100)

    def configuration(self, *, hurried: bool = False) -> str:
        """A configuration file that connects Packbench to this warehouse, while it runs.

        ``hurried``: parcels are looked for every few seconds, as fast as they travel here.
        """
        printers = [
            PrinterConfig(name, printer.language.value, printer.address)
            for name, printer in self.printers.items()
        ]
        printers.append(PrinterConfig("platform", "component", self.component.url))
        return config_toml(
            self.scenario.accounts,
            self.wechat.base_url,
            self.carriers.base_urls,
            printers,
            hurried=hurried,
        )


def _folder(paper: Path, name: str) -> Path:
    folder = paper / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder
