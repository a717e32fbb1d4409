"""One way to draw whichever paper it is."""

from __future__ import annotations

from app.domain.papers import (
    BinLabels,
    CommandCards,
    GoodsLabels,
    Manifest,
    PackingSlip,
    PickList,
    Sheet,
    TestPage,
)
from printing.documents.page import Book
from printing.documents.sheets.bin_labels import add_bin_labels
from printing.documents.sheets.cards import add_command_cards
from printing.documents.sheets.goods_labels import add_goods_labels
from printing.documents.sheets.manifests import add_manifest
from printing.documents.sheets.pick_lists import add_pick_list
from printing.documents.sheets.slips import add_slip
from printing.documents.sheets.test_page import add_test_page


def add_sheet(book: Book, paper: Sheet, width_mm: float, height_mm: float) -> None:
    """The pages of ``paper``, on as many sheets as it needs.

    Raises:
        UserError: ``paper_empty``, ``paper_too_small``, ``code_not_printable``.
    """
    match paper:
        case PickList():
            add_pick_list(book, paper, width_mm, height_mm)
        case PackingSlip():
            add_slip(book, paper, width_mm, height_mm)
        case Manifest():
            add_manifest(book, paper, width_mm, height_mm)
        case CommandCards():
            add_command_cards(book, paper, width_mm, height_mm)
        case GoodsLabels():
            add_goods_labels(book, paper, width_mm, height_mm)
        case BinLabels():
            add_bin_labels(book, paper, width_mm, height_mm)
        case TestPage():
            add_test_page(book, paper, width_mm, height_mm)
