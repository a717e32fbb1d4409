"""``sync``: orders, after-sales and changes from the shops."""

from __future__ import annotations

import argparse
from contextlib import suppress
from typing import TYPE_CHECKING

from app.cli import words
from app.cli.context import Context
from app.cli.parser import Commands, moment, positive
from app.cli.result import Column, CommandResult, ErrorRow, error_rows
from app.domain.errors import PackbenchError
from app.domain.text import T, tr
from app.jobs import Cancelled

if TYPE_CHECKING:
    from app.jobs import CancelToken
    from app.services.sync.self_check import DayRow
    from app.services.sync.syncing import SyncResult
    from app.services.workplace import Workplace

_SEND_EVERY_S = 2.0


def add(commands: Commands) -> None:
    sync = commands.add("sync", tr("orders and changes from the shops"), _sync)
    sync.add_argument("--watch", action="store_true", help=tr("keep going until Ctrl-C"))
    sync.add_argument("--since", type=moment, metavar=tr("TIME"), help=tr("from this time on"))
    sync.add_argument("--shop", metavar=tr("NAME"), help=tr("this shop only"))
    check = commands.below(sync).add(
        "check", tr("the shop's orders beside ours, day by day and state by state"), _check
    )
    check.add_argument(
        "--days",
        type=positive,
        default=7,
        metavar="N",
        help=tr("so many days, today included (7)"),
    )
    # Without a default: one given before "check" must stay.
    check.add_argument(
        "--shop", metavar=tr("NAME"), default=argparse.SUPPRESS, help=tr("this shop only")
    )
    check.add_argument("--fix", action="store_true", help=tr("fetch what is missing or different"))


def _sync(wanted: argparse.Namespace, context: Context) -> CommandResult:
    with context.services() as services:
        if wanted.watch:
            return _watch(wanted, context, services.work)
        return _once(wanted, context, services.work)


def _once(wanted: argparse.Namespace, context: Context, work: Workplace) -> CommandResult:
    from app.services.parcels import checking
    from app.services.sync import syncing

    rows: list[dict[str, object]] = []
    errors: list[ErrorRow] = []
    done = 0
    for shop in syncing.shop_ids(work, wanted.shop):
        with context.show_progress(shop) as progress:
            try:
                result = syncing.sync_shop(
                    work, shop, since=wanted.since, progress=progress, cancel=context.cancel
                )
            except PackbenchError as error:
                errors += [_at(shop, e) for e in error_rows(error)]
                continue
        rows.append(_row(result))
        errors += _unread(result)
        done += 1
    checking.recheck(work)
    columns = (
        Column("shop", tr("Shop")),
        Column("new", tr("New"), right=True),
        Column("changed", tr("Changed"), right=True),
        Column("same", tr("Unchanged"), right=True),
        Column("upto_at", tr("Up to")),
    )
    summary = "" if rows or errors else tr("No shop is connected yet: config apply")
    return CommandResult(rows, errors, columns, summary, done=done)


def _watch(wanted: argparse.Namespace, context: Context, work: Workplace) -> CommandResult:
    """Sync, until somebody stops it; beside it what waits is sent, and parcels are followed.

    Lists of stopped regions are fetched once a day, and what expired is taken off the shelf where
    the settings say so.
    """
    from concurrent.futures import ThreadPoolExecutor

    from app.jobs import CancelToken
    from app.services.benches.registry import Presence
    from app.services.reach import daily
    from app.services.stock import expiring
    from app.services.sync import watching
    from app.services.tracking import polling

    over = CancelToken()
    with (
        Presence(work),
        context.show_progress(tr("Watching")) as progress,
        ThreadPoolExecutor(4, thread_name_prefix="packbench-beside") as pool,
    ):
        beside = (
            pool.submit(_keep_sending, work, over),
            pool.submit(polling.keep_asking, work, over),
            pool.submit(daily.keep_fresh, work, over),
            pool.submit(expiring.keep_looking, work, over),
        )
        try:
            with suppress(Cancelled):
                watching.watch(work, wanted.shop, context.cancel, progress)
        finally:
            over.cancel()
        for work_beside in beside:
            work_beside.result()
    return CommandResult(summary=tr("Stopped on request."))


def _keep_sending(work: Workplace, over: CancelToken) -> None:
    """What the shops must still hear; a failure stays in the outbox and is tried again there."""
    from app.services.telling import outbox

    with suppress(Cancelled):
        while True:
            try:
                outbox.drain(work, cancel=over)
            except PackbenchError as error:
                work.log.info("outbox not sent: %s", error.code)
            over.wait(_SEND_EVERY_S)


def _check(wanted: argparse.Namespace, context: Context) -> CommandResult:
    """Compare every shop; with ``--fix`` fetch what differs and compare once more."""
    from app.services.sync import self_check, syncing

    rows: list[dict[str, object]] = []
    errors: list[ErrorRow] = []
    with context.services() as services:
        work = services.work
        for shop in syncing.shop_ids(work, wanted.shop):
            with context.show_progress(shop) as progress:
                try:
                    found = self_check.compare(work, shop, wanted.days, progress, context.cancel)
                    if wanted.fix and not all(row.equal for row in found):
                        self_check.fix(work, shop, found, progress, context.cancel)
                        found = self_check.compare(
                            work, shop, wanted.days, progress, context.cancel
                        )
                except PackbenchError as error:
                    errors += [_at(shop, e) for e in error_rows(error)]
                    continue
            rows += [_day(row) for row in found]
            errors += [_not_equal(row) for row in found if not row.equal]
    columns = (
        Column("shop", tr("Shop")),
        Column("day", tr("Day")),
        Column("state", tr("State"), show=words.order_status),
        Column("shop_count", tr("In the shop"), right=True),
        Column("local_count", tr("Here"), right=True),
        Column("missing", tr("Not here"), right=True),
        Column("different", tr("Different"), right=True),
    )
    summary = "" if errors else tr("Every order of the shop is here.")
    return CommandResult(rows, errors, columns, summary)


def _day(row: DayRow) -> dict[str, object]:
    return {
        "shop": row.shop,
        "day": row.day,
        "state": row.state,
        "shop_count": row.shop_count,
        "local_count": row.local_count,
        "missing": len(row.missing),
        "different": len(row.different),
    }


def _not_equal(row: DayRow) -> ErrorRow:
    message = T(
        "{shop} {day}, {state}: {missing} orders are missing, {different} are different.",
        shop=row.shop,
        day=row.day,
        state=words.order_status(row.state),
        missing=len(row.missing),
        different=len(row.different),
    )
    remedy = T("Fetch them with: sync check --fix")
    return ErrorRow("orders_differ", str(message), str(remedy), f"{row.shop} {row.day}")


def _row(result: SyncResult) -> dict[str, object]:
    return {
        "shop": result.shop,
        "new": result.new,
        "changed": result.changed,
        "same": result.same,
        "failed": len(result.failed),
        "upto_at": result.upto_at,
    }


def _unread(result: SyncResult) -> list[ErrorRow]:
    remedy = str(T("It stays in the shop; sync again, or look at it there."))
    return [
        ErrorRow("order_unreadable", str(reason), remedy, order_id)
        for order_id, reason in result.failed.items()
    ]


def _at(shop: str, error: ErrorRow) -> ErrorRow:
    return ErrorRow(error.code, error.message, error.remedy, error.ref or shop, error.later)
