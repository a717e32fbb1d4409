"""What is done to one item from its card, and how it is told and taken back."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from app.domain.text import ntr, tr
from app.services.stock import adjusting, defects, importing, shortages, transferring, undoing
from app.services.stock.item_card import ItemCard
from app.services.stock.transferring import Moved
from app.services.workplace import Workplace
from app.spreadsheets import STOCK_COLUMNS, read_rows
from ui.pages.stock import questions
from ui.pages.stock.pane import StockPlace
from ui.pages.stock.questions import Answer
from ui.pages.stock.words import change


def take_back(work: Workplace, result: object) -> object:
    """Undo an operation that was returned by name, or with what it moved."""
    operation = result[0].operation if isinstance(result, list) and result else result
    return undoing.undo(work, str(operation))


def ask_and_do(place: StockPlace, what: str, card: ItemCard) -> None:
    """Ask ``what`` about the item, do it, and offer to take it back."""

    def answered(filled: Answer) -> None:
        _do(place, what, card, filled)

    questions.ask(place.tools.shell, place.tools.theme, what, card, answered)


def _do(place: StockPlace, what: str, card: ItemCard, filled: Answer) -> None:
    sku, pieces = card.sku, filled.quantity

    def run(work: Workplace) -> object:
        match what:
            case "move":
                return transferring.transfer(
                    work,
                    sku,
                    pieces,
                    from_bin=filled.bin or "",
                    to_bin=filled.to_bin,
                    batch=filled.batch,
                )
            case "adjust":
                return adjusting.adjust(work, sku, pieces, filled.reason, note=filled.note)
            case "defect":
                return defects.found(
                    work,
                    sku,
                    pieces,
                    reason=filled.reason,
                    note=filled.note,
                    bin_name=filled.bin,
                    batch=filled.batch,
                )
            case "mend":
                return defects.mended(work, sku, pieces, note=filled.note)
            case _:
                return defects.discarded(work, sku, pieces, reason=filled.reason, note=filled.note)

    def words(result: object) -> str:
        match what:
            case "move":
                moved = (
                    [m for m in result if isinstance(m, Moved)] if isinstance(result, list) else []
                )
                count = sum(m.quantity for m in moved)
                target = moved[0].to_bin if moved else filled.to_bin
                return ntr(
                    "{n} piece moved to {bin}", "{n} pieces moved to {bin}", count, bin=target
                )
            case "adjust":
                return tr("{sku} corrected by {n}", sku=sku, n=change(pieces))
            case "defect":
                return ntr("{n} piece is not for sale", "{n} pieces are not for sale", pieces)
            case "mend":
                return ntr("{n} piece is for sale again", "{n} pieces are for sale again", pieces)
            case _:
                return ntr("{n} piece written off", "{n} pieces written off", pieces)

    place.did(run, words, take_back)


def give(place: StockPlace, giver: str, getter: str) -> None:
    """Stock of one parcel goes to another that waits for it; giving it back undoes that."""
    place.did(
        lambda work: shortages.give(work, giver, getter),
        lambda _: tr("The stock went to the order that waits"),
    )


def choose_file(place: StockPlace, page: QWidget) -> None:
    """Ask for a table of goods and take it in."""
    kinds = tr("Tables (Excel, CSV)") + " (*.xlsx *.xlsm *.csv *.txt)"
    name, _ = QFileDialog.getOpenFileName(page, tr("Import goods and figures"), "", kinds)
    if name:
        take_file(place, Path(name))


def take_file(place: StockPlace, file: Path) -> None:
    """Take in a table of goods: what is new or different is stored, the rest stays."""

    def run(work: Workplace) -> object:
        rows = read_rows(file, STOCK_COLUMNS, required=("sku",))
        return importing.import_rows(work, rows)

    def words(result: object) -> str:
        found = result if isinstance(result, list) else []
        done = sum(r.result in ("new", "changed") for r in found)
        bad = [r for r in found if r.result == "failed"]
        said = ntr("{n} row taken in", "{n} rows taken in", done)
        if bad:
            first = f"{bad[0].sku}: {bad[0].message}"
            wrong = ntr("{n} row is wrong", "{n} rows are wrong", len(bad))
            return tr("{said}, {wrong} ({first})", said=said, wrong=wrong, first=first)
        return said

    place.did(run, words)
