"""``[[price]]``: what a carrier charges, for the estimate of a fee before the bill comes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from app.domain.companies import COMPANIES
from app.domain.prices import PriceTable, Zone
from app.domain.text import T
from app.settings.places import check_provinces
from app.settings.problems import nearest
from app.settings.reading import Table


def read_price(table: Table, accounts: Collection[str] | None) -> PriceTable:
    """One price table. ``accounts``: those of this file; ``None``: it names none, unchecked."""
    account = table.text("account", required=True)
    _check_account(table, account, accounts)
    zones = tuple(_zone(zone) for zone in table.inners("zones"))
    if not zones:
        table.wrong(
            "zones",
            T("{table} has no zones.", table=table.title),
            T('Add zones = [{ name = "…", first_g = 1000, first_fen = 350 }].'),
        )
    found = PriceTable(
        name=table.text("name", required=True),
        account=account,
        zones=zones,
        volume_divisor=table.whole("volume_divisor"),
        packaging_g=table.whole("packaging_g"),
        valid_from=_day(table),
    )
    table.finish()
    return found


def _check_account(table: Table, account: str, accounts: Collection[str] | None) -> None:
    companies = [c.code for c in COMPANIES]
    # The accounts of a shop's own platform are numbers and stand in no file.
    if accounts is None or not account or account in {*accounts, *companies} or account.isdecimal():
        return
    known = list(dict.fromkeys([*accounts, *companies]))
    table.wrong(
        "account",
        T("“{account}” is neither an account nor a company code.", account=account),
        T(
            "Did you mean “{near}”? Known are: {known}.",
            near=nearest(account, known),
            known=", ".join(known),
        ),
    )


def _zone(zone: Table) -> Zone:
    for key in ("first_g", "first_fen"):
        if not zone.has(key):
            zone.wrong(
                key,
                T("{table} has no {key}.", table=zone.title, key=key),
                T("Add a line “{key} = …” to it.", key=key),
            )
    found = Zone(
        name=zone.text("name", required=True),
        provinces=zone.texts("provinces"),
        cities=zone.texts("cities"),
        first_g=zone.whole("first_g"),
        first_fen=zone.whole("first_fen"),
        further_g=zone.whole("further_g"),
        further_fen=zone.whole("further_fen"),
        per_parcel_fen=zone.whole("per_parcel_fen"),
        min_weight_g=zone.whole("min_weight_g"),
        max_weight_g=zone.whole("max_weight_g") if zone.has("max_weight_g") else None,
    )
    check_provinces(zone, "provinces", found.provinces)
    if found.further_fen and not found.further_g:
        zone.wrong(
            "further_fen",
            T("further_fen needs the weight of a step."),
            T("Add further_g, for example {example}.", example="further_g = 1000"),
        )
    if found.max_weight_g is not None and found.max_weight_g <= found.min_weight_g:
        zone.wrong(
            "max_weight_g",
            T("No weight lies between min_weight_g and max_weight_g."),
            T("Make max_weight_g the larger one."),
        )
    zone.finish()
    return found


def _day(table: Table) -> date | None:
    value = table.values.get("valid_from")
    table.has("valid_from")
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    if not value:
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        table.wrong(
            "valid_from",
            T("{key} cannot be used.", key="valid_from"),
            T("Write it like {example}.", example="2026-03-01"),
        )
        return None
