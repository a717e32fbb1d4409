"""``track``: where parcels are, asked now, and what a person must look at."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from app.cli import words
from app.cli.context import Context
from app.cli.parser import Commands
from app.cli.result import Column, CommandResult, ErrorRow, count_line, error_rows
from app.domain.errors import UserError
from app.domain.text import T, tr

if TYPE_CHECKING:
    from app.domain.tracking import TrackEvent
    from app.services.tracking.on_demand import Looked
    from app.services.tracking.views import TrackRow
    from app.services.workplace import Workplace

_LATER = frozenset({"rate", "not_sent", "unknown"})
_MOST_SHOWN = 1000


def add(commands: Commands) -> None:
    track = commands.add("track", tr("where parcels are; asks the carriers now"), _track)
    track.add_argument("waybill", nargs="*", metavar=tr("WAYBILL"), help=tr("any waybill numbers"))
    track.add_argument("--all", action="store_true", help=tr("every parcel that is on its way"))
    track.add_argument(
        "--warnings", action="store_true", help=tr("only parcels in trouble; alone it asks nobody")
    )
    track.add_argument(
        "--seen", action="store_true", help=tr("acknowledge the warnings of the parcels shown")
    )


def _track(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.tracking.views import TrackFilter, acknowledge, track_ids, track_rows

    with context.services() as services:
        work = services.work
        names = [name for name in wanted.waybill if name.strip()]
        if len(names) < len(wanted.waybill) and not names:
            raise UserError(
                "usage",
                T("An empty waybill number."),
                T("Give the number that stands on the label."),
            )
        if wanted.all:
            names += track_ids(work, TrackFilter("on_the_way"))
        if not names:
            if not (wanted.warnings or wanted.all):
                return _due(work, context)
            rows = track_rows(work, track_ids(work, TrackFilter("trouble")))
            result = _listed(rows)
        else:
            result, rows = _looked(work, context, names, wanted)
        if wanted.seen:
            acknowledge(work, [r.id for r in rows if r.warning is not None])
        return result


def _looked(
    work: Workplace, context: Context, names: Sequence[str], wanted: argparse.Namespace
) -> tuple[CommandResult, list[TrackRow]]:
    """Ask about the named parcels; one that cannot be asked about does not stop the others."""
    from app.services.tracking import on_demand

    with context.show_progress(tr("Tracking")) as progress:
        found = on_demand.look(work, names, progress, context.cancel)
    errors = [
        ErrorRow(
            x.problem.code,
            str(x.problem.message),
            str(x.problem.remedy),
            x.number,
            x.problem.code in _LATER or x.problem.kind in _LATER,
        )
        for x in found
        if x.problem is not None
    ]
    if context.cancel.cancelled:
        errors += error_rows(
            UserError("stopped", T("Stopped on request."), T("Run the command again to go on."))
        )
    done = sum(x.ok for x in found)
    if wanted.warnings:
        found = [x for x in found if x.row is not None and x.row.warning is not None]
    shown = [_looked_row(x) for x in found]
    summary = "\n\n".join(_story(x) for x in found) if wanted.waybill else count_line(len(shown))
    columns = _columns()
    return (
        CommandResult(shown, errors, columns, summary, done=done),
        [x.row for x in found if x.row is not None],
    )


def _due(work: Workplace, context: Context) -> CommandResult:
    """What the watch would do now, once; then what is on its way."""
    from app.services.tracking.polling import Poller
    from app.services.tracking.views import TrackFilter, track_ids, track_rows

    done = Poller(work).round(context.cancel)
    errors = [
        ErrorRow(
            problem.code,
            str(problem.message),
            str(problem.remedy),
            account,
            problem.code in _LATER or problem.kind in _LATER,
        )
        for account, problem in done.problems
    ]
    ids = track_ids(work, TrackFilter("on_the_way"), _MOST_SHOWN)
    listed = _listed(track_rows(work, ids))
    summary = tr("{n} asked about, {new} new events.", n=done.asked, new=done.new_events)
    return CommandResult(listed.rows, errors, listed.columns, summary, done=done.asked)


def _listed(rows: Sequence[TrackRow]) -> CommandResult:
    shown = [_row(row) for row in rows]
    said = [count_line(len(shown))]
    said += [
        f"{row.number}: {row.warning.message} {row.warning.remedy}" for row in rows if row.warning
    ]
    return CommandResult(shown, columns=_columns(), summary="\n".join(said))


def _columns() -> tuple[Column, ...]:
    return (
        Column("waybill", tr("Waybill")),
        Column("carrier", tr("Carrier"), show=words.carrier),
        Column("stage", tr("State"), show=words.track_stage),
        Column("warning", tr("Warning"), show=words.track_warning),
        Column("at", tr("Last news")),
        Column("place", tr("Place")),
        Column("text", tr("What the carrier says")),
    )


def _looked_row(looked: Looked) -> dict[str, Any]:
    last = looked.events[-1] if looked.events else None
    warning = looked.row.warning if looked.row is not None else None
    return {
        "waybill": looked.number,
        "carrier": looked.carrier,
        "stage": looked.stage or "",
        "at": last.at if last else None,
        "text": last.text if last else "",
        "place": last.place if last else "",
        "warning": warning.kind if warning else "",
        "parcel": looked.row.parcel if looked.row is not None else "",
        "events": [event_row(e) for e in looked.events],
    }


def _row(row: TrackRow) -> dict[str, Any]:
    return {
        "waybill": row.number,
        "carrier": row.carrier,
        "stage": row.stage or "",
        "at": row.last_at,
        "text": row.last_text,
        "place": row.last_place,
        "warning": row.warning.kind if row.warning else "",
        "parcel": row.parcel,
    }


def event_row(event: TrackEvent) -> dict[str, Any]:
    """One event of a parcel's way, as every command shows it."""
    return {"at": event.at, "stage": event.stage, "place": event.place, "text": event.text}


def event_line(event: TrackEvent) -> str:
    """The same as a line for people."""
    said = event.text or words.track_stage(event.stage)
    place = "" if event.place and event.place in said else event.place
    return "  ".join(p for p in (f"{event.at.astimezone():%m-%d %H:%M}", place, said) if p)


def _story(looked: Looked) -> str:
    """Every event, and what is wrong, for a person who named the number."""
    lines = [
        tr("{carrier} {number}", carrier=words.carrier(looked.carrier), number=looked.number),
        *(f"  {event_line(e)}" for e in looked.events),
    ]
    if not looked.events and looked.ok:
        lines.append("  " + tr("The carrier has told nothing of it yet."))
    if looked.row is not None and looked.row.warning is not None:
        warning = looked.row.warning
        seen = tr("(seen by {user})", user=warning.seen_by) if warning.seen_by else ""
        lines.append(f"  ! {warning.words}: {warning.message} {warning.remedy} {seen}".rstrip())
    if looked.row is not None and looked.row.goes_on_as:
        lines.append("  " + tr("It goes on as {number}.", number=looked.row.goes_on_as))
    return "\n".join(lines)
