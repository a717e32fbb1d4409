"""What stands in the place of the waves while there is none."""

from __future__ import annotations

from app.domain.text import ntr, tr
from ui.theme import Theme
from ui.widgets.states import EmptyAction, EmptyState


def no_wave(theme: Theme, count: int) -> EmptyState:
    """No wave today; ``count`` orders could be printed."""
    fact = ntr("{n} order can be printed", "{n} orders can be printed", count)
    actions = (EmptyAction("new", tr("New wave"), "plus", primary=True),)
    return EmptyState(
        theme,
        "printer",
        fact if count else tr("Nothing to print"),
        tr("A wave is numbered, printed and picked together."),
        actions if count else (),
    )
