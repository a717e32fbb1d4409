"""A printer that says what a test wants, and an outside world that holds it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from app.domain.errors import PackbenchError, UserError
from app.domain.labels import (
    DrawnLabel,
    FileLabel,
    Label,
    PackingSlip,
    Paper,
    PickList,
    PlatformLabel,
)
from app.domain.papers import Sheet
from app.domain.text import Text
from app.ports import (
    DeviceState,
    DeviceStatus,
    Outside,
    Prepared,
    Printer,
    PrinterConfig,
    PrinterFinder,
    SendResult,
    Sent,
    Shop,
    Stationery,
    WaybillSource,
)
from app.services.workplace import Workplace


def ignore(_label: Label) -> None:
    """Nothing happens while the label is on its way."""


@dataclass
class FakePrinter:
    """``app.ports.Printer`` whose answers are ``script``; after the script every label is out.

    ``labels`` are the labels it was given, in order, whatever it said of them. ``meanwhile`` is
    called with each label before the answer.
    """

    config: PrinterConfig
    script: deque[SendResult | Exception] = field(default_factory=deque)
    labels: list[Label] = field(default_factory=list)
    pick_lists: list[PickList] = field(default_factory=list)
    slips: list[PackingSlip] = field(default_factory=list)
    sheets: list[Sheet] = field(default_factory=list)  # every other paper
    meanwhile: Callable[[Label], None] = ignore
    cannot_draw: dict[str, UserError] = field(default_factory=dict)

    @property
    def takes_platform_labels(self) -> bool:
        return self.config.language == "component"

    @property
    def numbers(self) -> list[str]:
        """The waybill numbers of the labels it was given."""
        return [label.number for label in self.labels]

    @property
    def copies(self) -> list[int]:
        """0 for a first print, n for the nth reprint, of every label that we draw."""
        return [x.reprint_no for x in self.labels if isinstance(x, DrawnLabel)]

    def will(self, *results: SendResult | Exception) -> None:
        """What becomes of the next labels."""
        self.script.extend(results)

    def status(self) -> DeviceStatus:
        return DeviceStatus(DeviceState.READY, Text("ready"))

    def prepare(self, paper: Paper) -> Prepared:
        number = getattr(paper, "number", "")
        if number in self.cannot_draw:
            raise self.cannot_draw[number]
        return Prepared(number, paper)

    def prepare_all(self, papers: Sequence[Paper]) -> list[Prepared | PackbenchError]:
        found: list[Prepared | PackbenchError] = []
        for paper in papers:
            try:
                found.append(self.prepare(paper))
            except UserError as error:
                found.append(error)
        return found

    def send(self, prepared: Prepared, key: str = "") -> Sent:
        match prepared.paper:
            case PickList() as pick_list:
                self.pick_lists.append(pick_list)
            case PackingSlip() as slip:
                self.slips.append(slip)
            case DrawnLabel() | FileLabel() | PlatformLabel() as label:
                self.labels.append(label)
                self.meanwhile(label)
            case sheet:
                self.sheets.append(sheet)
        return self._answer()

    def print_paper(self, paper: Paper) -> Sent:
        return self.send(self.prepare(paper))

    def _answer(self) -> Sent:
        said = self.script.popleft() if self.script else SendResult.CONFIRMED
        if isinstance(said, Exception):
            raise said
        reason = None if said in {SendResult.CONFIRMED, SendResult.SENT} else Text("as scripted")
        return Sent(said, reason)


@dataclass(frozen=True, slots=True)
class OutsideWithPrinters:
    """The real outside world with other printers in it."""

    real: Outside
    printers: dict[str, FakePrinter]

    def shop(self, shop_id: str) -> Shop:
        return self.real.shop(shop_id)

    def note_calls(self) -> None:
        self.real.note_calls()

    def carrier(self, account: str) -> WaybillSource:
        return self.real.carrier(account)

    def printer(self, name: str) -> Printer:
        return self.printers[name]

    def try_printer(self, config: PrinterConfig) -> Printer:
        return self.real.try_printer(config)

    def picture(self, url: str, most_bytes: int) -> bytes:
        return self.real.picture(url, most_bytes)

    @property
    def printer_finder(self) -> PrinterFinder:
        return self.real.printer_finder

    @property
    def stationery(self) -> Stationery:
        return self.real.stationery


def with_fake_printers(work: Workplace) -> tuple[Workplace, dict[str, FakePrinter]]:
    """The same bench with fakes in the place of the demo's printers, by their names."""
    fakes = {
        name: FakePrinter(PrinterConfig(name, language, "tcp://127.0.0.1:9"))
        for name, language in (
            ("bench-1", "tspl"),
            ("bench-2", "escpos"),
            ("bench-3", "zpl"),
            ("platform", "component"),
        )
    }
    return replace(work, outside=OutsideWithPrinters(work.outside, fakes)), fakes
