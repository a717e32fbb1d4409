"""Everything we print beside labels, a module a paper; ``add_sheet`` draws any of them."""

from __future__ import annotations

from printing.documents.sheets.any_paper import add_sheet
from printing.documents.sheets.bin_labels import add_bin_labels
from printing.documents.sheets.cards import add_command_cards
from printing.documents.sheets.goods_labels import add_goods_labels
from printing.documents.sheets.manifests import add_manifest
from printing.documents.sheets.pick_lists import add_pick_list
from printing.documents.sheets.slips import add_slip
from printing.documents.sheets.test_page import add_test_page

__all__ = [
    "add_bin_labels",
    "add_command_cards",
    "add_goods_labels",
    "add_manifest",
    "add_pick_list",
    "add_sheet",
    "add_slip",
    "add_test_page",
]
