"""The kinds of nothing in the lists of parcels on their way and of bills."""

from __future__ import annotations

from app.domain.text import tr
from ui.pages.tracking.views import FREIGHT, TrackViews
from ui.theme import Theme
from ui.theme_tokens import Tone
from ui.widgets.states import EmptyAction, EmptyState


def empty_state(theme: Theme, shown: TrackViews, *, anything: bool, billed: bool) -> EmptyState:
    """``anything``: there are parcels on other tabs; ``billed``: a bill was taken in once."""
    if shown.tab == FREIGHT:
        return _no_bills(theme, billed=billed, narrowed=bool(shown.current.carriers))
    if shown.tab == "trouble" and not shown.narrows and anything:
        return EmptyState(
            theme,
            "check-circle",
            tr("No parcel is in trouble"),
            tr("What stands still, fails or comes back shows up here by itself."),
            tone=Tone.OK,
        )
    if shown.narrows and (anything or shown.search or shown.current.carriers):
        return EmptyState(
            theme,
            "magnifying-glass",
            tr("No parcel fits"),
            tr("Other filters or another tab may hide it."),
            [EmptyAction("clear", tr("Clear filters"), "x")],
        )
    if anything:
        return EmptyState(
            theme,
            "truck",
            tr("No parcel is here"),
            tr("They move from tab to tab as the carriers tell news."),
        )
    return EmptyState(
        theme,
        "truck",
        tr("No parcel has left in the last days")
        if shown.current.days
        else tr("No parcel has left yet"),
        tr("Parcels that leave the bench are followed by themselves."),
        [EmptyAction("clear", tr("Any day"), "calendar")] if shown.current.days else [],
    )


def _no_bills(theme: Theme, *, billed: bool, narrowed: bool) -> EmptyState:
    if billed:
        clear = [EmptyAction("clear", tr("Clear filters"), "x")] if narrowed else []
        return EmptyState(
            theme,
            "check-circle",
            tr("Nothing differs"),
            tr("Every line of this month's bills fits, or was accepted."),
            clear,
            tone=Tone.OK,
        )
    return EmptyState(
        theme,
        "receipt",
        tr("No carrier's bill yet"),
        tr("Drop a carrier's bill here: what was charged too much is found parcel by parcel."),
        [EmptyAction("import", tr("Import a carrier's bill"), "upload-simple", primary=True)],
    )
