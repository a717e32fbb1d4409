"""``carriers list | check | bind | products``."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from app.cli import words
from app.cli.context import Context
from app.cli.parser import Commands
from app.cli.result import Column, CommandResult, ErrorRow
from app.domain.text import tr

if TYPE_CHECKING:
    from app.ports import Health
    from app.services.carriers.calls import CallsToday
    from app.services.carriers.states import AccountState
    from app.services.workplace import Workplace


def add(commands: Commands) -> None:
    carriers = commands.group("carriers", tr("carrier accounts: how they stand, test, bind"))
    listing = carriers.add("list", tr("every account, its numbers left and its calls"), _list)
    listing.add_argument("--fresh", action="store_true", help=tr("ask the carriers now"))
    check = carriers.add("check", tr("ask whether an account works; books nothing"), _check)
    check.add_argument("names", nargs="*", metavar=tr("NAME"), help=tr("all without a name"))
    bind = carriers.add("bind", tr("tie an e-waybill account to its app, once"), _bind)
    bind.add_argument("name", metavar=tr("NAME"))
    products = carriers.add("products", tr("what an account may book, by code"), _products)
    products.add_argument("name", metavar=tr("NAME"))


def _list(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.carriers import calls, states

    with context.services() as services:
        work = services.work
        if wanted.fresh:
            with context.show_progress(tr("Asking the carriers")):
                for known in states.listed(work):
                    states.refresh(work, known.account)
        called = calls.today(work)
        rows = [_row(work, state, called.get(state.account)) for state in states.listed(work)]
    columns = (
        Column("account", tr("Account")),
        Column("company", tr("Carrier"), show=words.carrier),
        Column("left", tr("Labels left"), right=True),
        Column("calls_today", tr("Calls today"), right=True),
        Column("bound_at", tr("Bound at")),
        Column("asked_at", tr("Read at")),
        Column("problem", tr("What is wrong")),
        Column("remedy", tr("Remedy")),
    )
    return CommandResult(rows, columns=columns, done=len(rows))


def _products(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.carriers import products

    with context.services() as services:
        found = products.listed(services.work, wanted.name)
    rows = [{"account": wanted.name, "code": p.code, "name": p.name} for p in found]
    columns = (Column("code", tr("Product code"), right=True), Column("name", tr("Product")))
    return CommandResult(rows, columns=columns)


def _row(work: Workplace, state: AccountState, called: CallsToday | None) -> dict[str, Any]:
    from app.services.carriers import states

    trouble = state.trouble
    return {
        "account": state.account,
        "carrier": state.carrier,
        "company": state.company,
        "capabilities": sorted(states.capabilities(work, state.account)),
        "left": state.left,
        "low": state.low,
        "asked_at": state.asked_at,
        "calls_today": called.calls if called else 0,
        "refused_today": called.refused if called else 0,
        "services_today": dict(called.services) if called else {},
        "bound_at": state.bound_at,
        "code": trouble.code if trouble else "",
        "problem": str(trouble.message) if trouble else "",
        "remedy": str(trouble.remedy or "") if trouble else "",
    }


def _check(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.domain.errors import PackbenchError
    from app.ports import Health
    from app.services.carriers import states

    answers: list[tuple[str, Health]] = []
    with context.services() as services, context.show_progress(tr("Asking the carriers")):
        work = services.work
        for name in wanted.names or [s.account for s in states.listed(work)]:
            try:
                answers.append((name, states.check(work, name)))
            except PackbenchError as error:
                answers.append((name, Health(False, error.message, error.remedy)))
    return _told(answers)


def _bind(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.carriers import states

    with context.services() as services, context.show_progress(tr("Asking the carriers")):
        health = states.bind(services.work, wanted.name)
    return _told([(wanted.name, health)])


def _told(answers: list[tuple[str, Health]]) -> CommandResult:
    rows = [
        {
            "account": name,
            "ok": health.ok,
            "message": str(health.message),
            "remedy": str(health.remedy or ""),
            "left": health.balance,
        }
        for name, health in answers
    ]
    errors = [
        ErrorRow("carrier", str(health.message), str(health.remedy or ""), name, health.later)
        for name, health in answers
        if not health.ok
    ]
    columns = (
        Column("account", tr("Account")),
        Column("message", tr("Finding")),
        Column("remedy", tr("Remedy")),
        Column("left", tr("Labels left"), right=True),
    )
    return CommandResult(rows, errors, columns, done=len(rows) - len(errors))
