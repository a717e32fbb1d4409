"""The tabs of the stock page, in their order. A tab is one entry here and a module of its own."""

from __future__ import annotations

from ui.pages.stock.pane import PaneEntry

PANES: tuple[PaneEntry, ...] = ()
