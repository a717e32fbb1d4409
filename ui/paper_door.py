"""Papers that are no labels, printed from a menu: hand-over lists, cards, goods and bin labels."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto

from PySide6.QtCore import QObject, Signal

from app.domain.errors import PackbenchError, UserError
from app.domain.text import T, Text, ntr, sentences, tr
from app.jobs import CancelToken, Progress
from app.ports import SendResult, Sent
from app.services.printing import goods_labels, manifests, sheets
from app.services.waves import picking
from app.services.workplace import Workplace
from ui.page import PageTools

LANE = "papers"
_NOT_OUT = T("The paper was not printed.")
_LOOK = T("Look at the printer, then print again.")


class PaperKind(Enum):
    """What a menu offers. The first two and the goods' labels are of a wave when one is named."""

    MANIFEST = auto()
    CARDS = auto()
    GOODS = auto()
    BINS = auto()


class PaperDoor(QObject):
    """``printed(Sent, words)`` when the printer has taken it, ``failed(error)`` when it has not.

    Main thread. A paper that is on its way is not asked for twice by a second press.
    """

    printed = Signal(object, str)
    failed = Signal(object)

    def __init__(self, work: Workplace, tools: PageTools, parent: QObject) -> None:
        super().__init__(parent)
        self._work, self._tools = work, tools
        self._busy: set[tuple[PaperKind, str, str]] = set()

    def print(self, kind: PaperKind, *, wave: str = "", printer: str = "") -> None:
        """Put it on paper: on ``printer``, else on the one that is meant for it."""
        asked = (kind, wave, printer)
        if asked in self._busy:
            return
        self._busy.add(asked)
        work = self._work
        do = _PRINTS[kind]

        def job(_progress: Progress, _cancel: CancelToken) -> object:
            return do(work, wave, printer or None)

        def done(result: object) -> None:
            self._busy.discard(asked)
            if isinstance(result, tuple):
                self._tell(*result)

        def failed(error: PackbenchError) -> None:
            self._busy.discard(asked)
            self.failed.emit(error)

        self._tools.jobs.run(LANE, job, name="paper", done=done, failed=failed, owner=self)

    def _tell(self, sent: Sent, words: str) -> None:
        match sent.result:
            case SendResult.CONFIRMED:
                self.printed.emit(sent, words)
                self._tools.shell.say(words)
            case SendResult.SENT:
                self.printed.emit(sent, words)
                self._tools.shell.say(tr("Sent to the printer: look whether the paper came out"))
            case _:
                why: Text = sent.reason if sent.reason is not None else _NOT_OUT
                self.failed.emit(PackbenchError("printer", why, _LOOK))


Print = Callable[[Workplace, str, "str | None"], tuple[Sent, str]]


def _manifest(work: Workplace, wave: str, printer: str | None) -> tuple[Sent, str]:
    found = manifests.hand_over(work, wave=wave or None)
    sent = manifests.print_manifest(work, found.manifest, printer)
    n = found.parcels
    words = ntr("The manifest is printed: {n} parcel", "The manifest is printed: {n} parcels", n)
    held = ""
    if found.held:
        held = ntr("{n} on hold is left out", "{n} on hold are left out", found.held)
    return sent, sentences(words, f"· {held}" if held else "")


def _cards(work: Workplace, _wave: str, printer: str | None) -> tuple[Sent, str]:
    sent = sheets.print_sheet(work, goods_labels.command_cards(), printer)
    return sent, tr("The command cards are printed")


def _goods(work: Workplace, wave: str, printer: str | None) -> tuple[Sent, str]:
    codes = list(dict.fromkeys(row.sku for row in picking.pick_list(work, wave).rows))
    if not codes:
        raise UserError(
            "no_goods", T("Nothing in this wave is to be picked."), T("Choose another wave.")
        )
    sent = sheets.print_sheet(work, goods_labels.goods_labels(work, codes), printer)
    words = ntr("{n} product label is printed", "{n} product labels are printed", len(codes))
    return sent, words


def _bins(work: Workplace, _wave: str, printer: str | None) -> tuple[Sent, str]:
    found = goods_labels.bin_labels(work)
    sent = sheets.print_sheet(work, found, printer)
    n = len(found.labels)
    return sent, ntr("{n} shelf label is printed", "{n} shelf labels are printed", n)


_PRINTS: dict[PaperKind, Print] = {
    PaperKind.MANIFEST: _manifest,
    PaperKind.CARDS: _cards,
    PaperKind.GOODS: _goods,
    PaperKind.BINS: _bins,
}
