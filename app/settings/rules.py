"""``[[rule]]``: which carrier takes a parcel."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from app.domain.companies import COMPANIES
from app.domain.conditions import CONDITIONS, NUMBERS, TIMES, clock_time
from app.domain.routing import Rule
from app.domain.text import T
from app.settings.places import check_provinces
from app.settings.reading import Table

_DAYS = tuple("1234567")


def read_rule(
    table: Table, accounts: Mapping[str, str] | None, shops: Collection[str] | None
) -> Rule:
    """One rule. ``accounts``: carrier account to company; ``None``: not in this file, unchecked."""
    when, then = table.inner("when"), table.inner("then")
    conditions = {key: _condition(when, key) for key in CONDITIONS if when.has(key)}
    when.finish(CONDITIONS)
    if shops is not None:
        for shop in when.texts("shop"):
            if shop not in shops:
                when.wrong(
                    "shop",
                    T("There is no shop “{name}” in this file.", name=shop),
                    T("Known are: {known}.", known=", ".join(shops)),
                )
    rule = Rule(
        name=table.text("name", required=True),
        when=conditions,
        carrier=then.choice("carrier", [c.code for c in COMPANIES], required=True),
        account=then.text("account"),
        product=then.text("product"),
        min_balance=then.whole("min_balance"),
    )
    check_account(then, rule.account, rule.carrier, accounts)
    then.finish()
    table.finish()
    return rule


def check_account(
    table: Table, account: str, carrier: str, accounts: Mapping[str, str] | None
) -> None:
    """Note an ``account`` that is none of ``carrier``'s; ``None``: not in this file, unchecked."""
    if account and accounts is not None and accounts.get(account) != carrier:
        table.wrong(
            "account",
            T("“{account}” is no account with {carrier}.", account=account, carrier=carrier),
            T("Use the name of a [[carrier]] whose carrier is {carrier}.", carrier=carrier),
        )


def _condition(when: Table, key: str) -> object:
    if key in NUMBERS:
        return when.whole(key)
    if key in TIMES:
        return when.checked(
            key,
            when.text(key),
            lambda written: clock_time(written) is not None,
            T("Write it like {example}.", example="16:30"),
        )
    if key == "weekday":
        return _days(when)
    names = when.texts(key)
    if key == "province":
        check_provinces(when, key, names)
    return list(names)


def _days(when: Table) -> list[str]:
    """1 is Monday, 7 Sunday; numbers or texts, one or a list."""
    value = when.values.get("weekday")
    days = [str(day) for day in (value if isinstance(value, list) else [value])]
    if not days or any(day not in _DAYS for day in days):
        when.wrong(
            "weekday",
            T("{key} cannot be used.", key="weekday"),
            T("Write days from 1 (Monday) to 7 (Sunday), like {example}.", example="[6, 7]"),
        )
    return days
