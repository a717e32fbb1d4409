"""The three kinds of nothing in the order list."""

from __future__ import annotations

from app.domain.text import tr
from ui.pages.orders.views import OrderViews
from ui.theme import Theme
from ui.theme_tokens import Tone
from ui.widgets.states import EmptyAction, EmptyState


def empty_state(theme: Theme, views: OrderViews, *, anything: bool, can_sync: bool) -> EmptyState:
    """Filtered away, nothing left on this tab, or never an order at all."""
    if views.narrows:
        return EmptyState(
            theme,
            "magnifying-glass",
            tr("No order fits"),
            tr("Other filters or another tab may hide it."),
            [EmptyAction("clear", tr("Clear filters"), "x")],
        )
    if anything:
        return EmptyState(
            theme,
            "check-circle",
            tr("Nothing waits here"),
            tr("What comes in shows up by itself."),
            tone=Tone.OK,
        )
    sync = [EmptyAction("sync", tr("Sync"), "arrows-clockwise", primary=True)] if can_sync else []
    return EmptyState(
        theme,
        "tray",
        tr("No orders yet"),
        tr("Paid orders show up by themselves within seconds."),
        sync,
    )
