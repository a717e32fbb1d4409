"""Answers an after-sale from the drawer: the question, the shop, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Slot

from app.domain.after_sales import RejectReason
from app.domain.errors import PackbenchError
from app.domain.text import tr
from app.services.after_sales import answers, exchanges, reasons
from app.services.after_sales.reasons import Template
from app.services.workplace import Workplace
from ui.page import PageTools
from ui.pages.orders.case_questions import (
    RejectChoice,
    ask_for_proof,
    ask_to_refund,
    ask_to_reject,
)
from ui.pages.orders.desk_acting import DeskActions
from ui.pages.orders.desk_view import CaseView
from ui.pages.orders.drawer import OrderDrawer
from ui.pages.orders.words import money
from ui.widgets.buttons import Kind
from ui.widgets.dialog import Verb


@dataclass(frozen=True, slots=True)
class Reasons:
    """What a refusal may say: the platform's reasons and the shop's own sentences."""

    platform: Sequence[RejectReason]
    templates: Sequence[Template]


class CaseActions(QObject):
    """Connects the case cards of a drawer."""

    def __init__(
        self, tools: PageTools, drawer: OrderDrawer, desk: DeskActions, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._tools, self._drawer, self._desk = tools, drawer, desk
        drawer.case_acted.connect(self.act)

    @Slot(str, str)
    def act(self, case_id: str, what: str) -> None:
        """``return``, ``refund``, ``proof`` or ``reject``; each asks before anything is told."""
        view = self._drawer.view
        cases = view.desk.cases if view is not None else ()
        case = next((c for c in cases if c.id == case_id), None)
        if case is None:
            return
        match what:
            case "return":
                self._ask_return(case)
            case "refund":
                self._ask_refund(case)
            case "exchange":
                self._pack_exchange(case)
            case "reject":
                self._read_reasons(case)
            case "proof":
                self._ask_for_proof(case)

    def _ask_return(self, case: CaseView) -> None:
        dialog = self._tools.shell.ask(
            tr("Agree to the return?"),
            tr("The buyer is told the return address. Money goes back once the goods are here."),
            [
                Verb("leave", tr("Leave it open"), safe=True),
                Verb("go", tr("Agree to the return"), kind=Kind.PRIMARY),
            ],
        )

        def chosen(key: str) -> None:
            if key == "go":
                self._tell(
                    case,
                    lambda work: answers.accept_return(work, case.shop, case.id),
                    tr("Return agreed"),
                )

        dialog.chosen.connect(chosen)

    def _pack_exchange(self, case: CaseView) -> None:
        self._tell(
            case,
            lambda work: exchanges.make_parcel(work, case.shop, case.id),
            tr("A parcel with the other goods waits for its label"),
        )

    def _ask_refund(self, case: CaseView) -> None:
        def pay(fen: int) -> None:
            self._tell(
                case,
                lambda work: answers.refund(work, case.shop, case.id, confirm_fen=fen),
                tr("{money} goes back to the buyer", money=money(fen)),
            )

        ask_to_refund(self._tools.theme, self._tools.shell, case.title, case.amount_fen, pay)

    def _read_reasons(self, case: CaseView) -> None:
        def read(work: Workplace) -> object:
            return Reasons(reasons.platform(work, case.shop), reasons.templates(work, case.shop))

        def known(found: object) -> None:
            if isinstance(found, Reasons):
                self._ask_reject(case, found)

        self._desk.run(read, known, lambda error: self._failed(case, error))

    def _ask_reject(self, case: CaseView, found: Reasons) -> None:
        def reject(code: int, words: str, files: Sequence[Path]) -> None:
            self._tell(
                case,
                lambda work: answers.reject(work, case.shop, case.id, code, words, files),
                tr("Refused, the buyer is told why"),
            )

        ask_to_reject(self._tools.theme, self._tools.shell, reject_choices(found), reject)

    def _ask_for_proof(self, case: CaseView) -> None:
        def send(words: str, files: Sequence[Path]) -> None:
            self._tell(
                case,
                lambda work: answers.send_evidence(work, case.shop, case.id, files, words),
                tr("The proof is sent"),
            )

        ask_for_proof(self._tools.theme, self._tools.shell, case.title, send)

    def _tell(self, case: CaseView, answer: Callable[[Workplace], object], said: str) -> None:
        place = f"case:{case.id}"
        self._drawer.set_busy(place, busy=True)

        def told(_result: object) -> None:
            self._drawer.set_busy(place, busy=False)
            self._tools.shell.say(said, icon="arrow-u-up-left")
            self._desk.done.emit()

        self._desk.run(answer, told, lambda error: self._failed(case, error))

    def _failed(self, case: CaseView, error: PackbenchError) -> None:
        self._drawer.tell_trouble(f"case:{case.id}", error.message, error.remedy)
        self._desk.done.emit()


def reject_choices(found: Reasons) -> list[RejectChoice]:
    """The platform's reasons, each with the shop's first sentence for it."""
    general = next((t.text for t in found.templates if t.reason is None), "")
    own = {t.reason: t.text for t in reversed(found.templates) if t.reason is not None}
    return [RejectChoice(r.code, r.text, own.get(r.code, general)) for r in found.platform]
