"""The tabs of the stock page, in their order. A tab is one entry here and a module of its own."""

from __future__ import annotations

from app.domain.text import T
from app.services.stock import stock_page
from app.services.stock.stock_page import StockFilter
from app.services.workplace import Workplace
from ui.pages.stock.moves_pane import MovesPane
from ui.pages.stock.on_hand import OnHandPane
from ui.pages.stock.pane import PaneEntry
from ui.pages.stock.reconcile_pane import ReconcilePane


def _items(work: Workplace) -> int:
    return stock_page.stock_counts(work, StockFilter()).all


PANES: tuple[PaneEntry, ...] = (
    PaneEntry("on_hand", T("On hand"), OnHandPane, _items),
    PaneEntry("moves", T("Movements"), MovesPane),
    PaneEntry("reconcile", T("Reconcile"), ReconcilePane),
)
