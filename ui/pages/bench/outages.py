"""What the bench says while it has no database: the parcel in hand goes on, its seal waits."""

from __future__ import annotations

from dataclasses import replace

from app.domain.packing import OpenParcel, Scanned
from app.domain.text import tr
from ui.pages.bench.view import Look, Panel, View
from ui.sounds import Cue


def kept(view: View) -> View:
    """A piece was counted without the database."""
    return replace(view, panel=replace(view.panel, foot=tr("No database: kept here")))


def waits(view: View) -> View:
    """Every piece is in the box; only the database can say whether it may leave."""
    panel = Panel(
        Look.LOOK,
        tr("Complete, not sealed yet"),
        tr("No database: nobody knows whether it is held by now. The scans are kept here."),
        tr("Leave it here, do not hand it over; it is sealed when the database is back"),
    )
    return replace(view, panel=panel, cue=Cue.LOOK, counting=None, unsealed=True)


def differs(view: View, result: Scanned, parcel: OpenParcel) -> View:
    """What was counted here is not what the database made of it: another bench had it too."""
    panel = Panel(
        Look.STOP,
        tr("Count again"),
        tr("A piece of {code} was not counted: somebody else scanned it too", code=result.code),
        tr("Take everything out and compare it with the list"),
    )
    return replace(view, parcel=parcel, panel=panel, cue=Cue.WRONG, counting=None)


def back(view: View, parcel: OpenParcel, going: Panel) -> View:
    """The database is there again, and has every scan."""
    if view.is_stop:
        return replace(view, parcel=parcel, cue=None)
    panel = replace(going, foot=tr("The database is back, all scans are noted"))
    return replace(view, parcel=parcel, panel=panel, cue=None)
