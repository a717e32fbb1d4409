"""``doctor``: one line for everything that must work, with the remedy when it does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import select

from app.domain.companies import company
from app.domain.errors import PackbenchError
from app.domain.text import T, Text
from app.ports import DeviceState, Health, SecretStore, Shop
from app.services import integrity, read_only
from app.services.benches import joining, registry
from app.services.carriers import calls, states
from app.services.numbers import balances
from app.services.printing.printers import all_printers, status_of
from app.services.stock import negatives
from app.services.sync import push_events, syncing
from app.services.telling import outbox
from app.services.workplace import Workplace
from app.store.tables import accounts, settings, shops

PUSHES_MAY_WAIT = timedelta(minutes=5)
CLOCK_MAY_BE_OFF = timedelta(seconds=60)
BENCH_MAY_BE_OFF = timedelta(seconds=30)  # of the others, which share the server's clock
_MOST_ITEMS = 8  # named in one line


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: ``state`` is ``ok``, ``warning`` or ``problem``."""

    what: Text
    state: str
    message: Text
    remedy: Text | None = None


def examine(
    work: Workplace, secrets: SecretStore, fonts: Callable[[], Health]
) -> Iterator[Finding]:
    """Everything that must work, one finding at a time, as it is looked at."""
    yield _database(work)
    if not work.db.is_sqlite:
        yield _bench_clock(work)
        yield _benches(work)
    yield from _below_zero(work)
    yield Finding(T("Secrets"), "ok", secrets.place)
    yield _sender(work)
    yield _of_health(T("Fonts"), fonts())
    yield from _shops(work)
    yield from _carriers(work)
    yield from _printers(work)
    yield _outbox(work)
    yield from _pushes(work)


def _database(work: Workplace) -> Finding:
    checked = integrity.check(work)
    if checked.broken:
        return Finding(
            T("Database"),
            "problem",
            checked.broken[0].message,
            T("Restore the last backup, or ask for help with the output of: db check"),
        )
    kind = "SQLite" if work.db.is_sqlite else "PostgreSQL"
    return Finding(
        T("Database"), "ok", T("{kind}, {n} rules hold.", kind=kind, n=len(checked.rules))
    )


def _bench_clock(work: Workplace) -> Finding:
    what = T("This PC's clock")
    with work.db.read() as tx:
        before = work.now()
        server = work.db.now(tx, before)
        off = before + (work.now() - before) / 2 - server
    if abs(off) <= BENCH_MAY_BE_OFF:
        return Finding(what, "ok", T("Agrees with the database server's."))
    message = T("It is {n} s behind the database server's.", n=round(-off.total_seconds()))
    if off > timedelta():
        message = T("It is {n} s ahead of the database server's.", n=round(off.total_seconds()))
    return Finding(
        what,
        "warning",
        message,
        T("Let the PC set its clock by itself; times noted on this bench are wrong until then."),
    )


def _benches(work: Workplace) -> Finding:
    what = T("Benches")
    with work.db.read() as tx:
        shared = joining.is_shared(tx)
    alive = [bench for bench in registry.listed(work) if bench.alive]
    if not shared:
        return Finding(
            what,
            "warning",
            T("No other computer can join yet; its key is on this one alone."),
            T("Run: db share"),
        )
    versions = sorted({bench.version for bench in alive})
    if len(versions) > 1:
        return Finding(
            what,
            "warning",
            T("Benches run different versions: {versions}.", versions=", ".join(versions)),
            T("Install the same one everywhere, see: benches list"),
        )
    names = ", ".join(bench.name for bench in alive)
    return Finding(what, "ok", T("At work: {names}.", names=names or work.bench))


def _below_zero(work: Workplace) -> Iterator[Finding]:
    """Nothing to say while the books hold something of every item."""
    with work.db.read() as tx:
        found = negatives.below_zero(tx)
    if found:
        what = ", ".join(f"{code} {pieces}" for code, pieces in list(found.items())[:_MOST_ITEMS])
        yield Finding(
            T("Stock"),
            "warning",
            T("Below zero: {what}.", what=what),
            T("Count these items: stock adjust"),
        )


def _sender(work: Workplace) -> Finding:
    with work.db.read() as tx:
        value = tx.execute(select(settings.c.value).where(settings.c.key == "sender")).scalar()
    if value and value.get("name") and value.get("phone"):
        return Finding(T("Sender"), "ok", T("Complete."))
    return Finding(
        T("Sender"),
        "problem",
        T("The sender has no name or phone yet."),
        T("Fill in [sender] and run: config apply"),
    )


def _of_health(what: Text, health: Health) -> Finding:
    if not health.ok:
        return Finding(what, "problem", health.message, health.remedy)
    low = health.balance is not None and health.balance < balances.LOW_BALANCE
    if low:
        return Finding(
            what,
            "warning",
            T("Only {n} waybill numbers left.", n=health.balance),
            T("Buy more numbers from the carrier's local branch."),
        )
    return Finding(what, "ok", health.message)


def _shops(work: Workplace) -> Iterator[Finding]:
    with work.db.read() as tx:
        found = tx.execute(select(shops.c.id).where(shops.c.active)).scalars().all()
    if not found:
        yield Finding(
            T("Shops"),
            "warning",
            T("No shop is connected."),
            T("Add a [[shop]] and run: config apply"),
        )
    for shop_id in found:
        what = T("Shop {name}", name=shop_id)
        try:
            shop = work.outside.shop(shop_id)
            health = shop.check()
            if health.ok:
                syncing.refresh_accounts(work, shop)
            yield _of_health(what, health)
            if health.ok:
                yield _clock(shop)
                yield from _read_only(work, shop_id)
        except PackbenchError as error:
            yield Finding(what, "problem", error.message, error.remedy)
        yield from _balances(work, shop_id)


def _read_only(work: Workplace, shop_id: str) -> Iterator[Finding]:
    refused = read_only.refusal(work, shop_id)
    if refused is not None:
        yield Finding(
            T("{shop}: read only", shop=shop_id),
            "warning",
            T("Orders come in, but nothing is changed in the shop."),
            refused.remedy,
        )


def _clock(shop: Shop) -> Finding:
    what = T("{shop}: clock", shop=shop.shop_id)
    ahead = shop.clock_ahead()
    if abs(ahead) <= CLOCK_MAY_BE_OFF:
        return Finding(what, "ok", T("This PC's clock agrees with the shop's."))
    message = T("This PC's clock is {n} s behind the shop's.", n=round(-ahead.total_seconds()))
    if ahead > timedelta():
        message = T("This PC's clock is {n} s ahead of the shop's.", n=round(ahead.total_seconds()))
    return Finding(what, "warning", message, T("Set the clock; orders come in right all the same."))


def _balances(work: Workplace, shop_id: str) -> Iterator[Finding]:
    for found in balances.listed(work):
        if found.shop != shop_id:
            continue
        name = company(found.carrier).name
        what = T("{shop}: labels of {carrier}", shop=shop_id, carrier=name)
        if found.low:
            yield Finding(
                what,
                "warning",
                T("Only {n} waybill numbers left.", n=found.left),
                T("Buy more numbers from the carrier's local branch."),
            )
        elif found.left is None:
            yield Finding(what, "ok", T("Not counted: billed by the month."))
        else:
            yield Finding(what, "ok", T("{n} waybill numbers left.", n=found.left))


def _carriers(work: Workplace) -> Iterator[Finding]:
    with work.db.read() as tx:
        found = tx.execute(
            select(accounts).where(accounts.c.active).order_by(accounts.c.position)
        ).all()
    for row in found:
        what = T("Carrier {name}", name=row.name)
        try:
            finding = _of_health(what, states.check(work, row.name))
        except PackbenchError as error:
            finding = Finding(what, "problem", error.message, error.remedy)
        called = calls.today(work).get(row.name)
        if called is not None and finding.state != "problem":
            said = T("{said} Calls today: {n}.", said=finding.message, n=called.calls)
            finding = replace(finding, message=said)
        yield finding


def _printers(work: Workplace) -> Iterator[Finding]:
    with work.db.read() as tx:
        found = all_printers(tx)
    if not found:
        yield Finding(
            T("Printers"),
            "warning",
            T("No printer is set up."),
            T("Add a [[printer]] and run: config apply"),
        )
    for printer in found:
        what = T("Printer {name}", name=printer.name)
        if printer.bench not in {"", work.bench}:
            yield Finding(what, "ok", T("It belongs to bench {bench}.", bench=printer.bench))
            continue
        try:
            status = status_of(work, printer.name)
        except PackbenchError as error:
            yield Finding(what, "problem", error.message, error.remedy)
            continue
        if status.state is DeviceState.MUTE:
            yield Finding(what, "warning", status.message, status.remedy)
        else:
            state = "ok" if status.can_start else "problem"
            yield Finding(what, state, status.message, status.remedy)


def _outbox(work: Workplace) -> Finding:
    waiting = outbox.waiting(work)
    if not waiting:
        return Finding(T("Outbox"), "ok", T("Nothing waits to be sent."))
    return Finding(
        T("Outbox"),
        "warning",
        T("{n} messages wait to be sent.", n=waiting),
        T("Send them with: outbox drain"),
    )


def _pushes(work: Workplace) -> Iterator[Finding]:
    """Nothing to say where no shop has ever pushed."""
    waits = push_events.backlog(work)
    if waits.newest_at is None:
        return
    late = waits.oldest_at is not None and work.now() - waits.oldest_at > PUSHES_MAY_WAIT
    if late:
        yield Finding(
            T("Pushes"),
            "warning",
            T("{n} messages of the shops wait for minutes.", n=waits.waiting),
            T("Is the relay running? Start it with: relay"),
        )
    else:
        yield Finding(T("Pushes"), "ok", T("Nothing waits for long."))
