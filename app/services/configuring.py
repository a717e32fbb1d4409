"""Applying a configuration file: only what differs is changed, secrets go to the secret store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select, update

from app.domain.address import Address
from app.domain.prices import as_record
from app.domain.routing import Rule
from app.ports import PrinterConfig, SecretStore
from app.services import records
from app.services.after_sales import approval
from app.services.money import prices
from app.services.parcels import checking, slip_content
from app.services.parcels.placing import then_of
from app.services.parcels.slip_content import Notes, SlipWish
from app.services.printing import owners
from app.services.printing.printers import settings_of
from app.services.reach import own as reach
from app.services.stock import expiring
from app.services.tracking import limits as tracking
from app.services.workplace import Workplace
from app.settings import (
    ApprovalConfig,
    CarrierConfig,
    Config,
    ShopConfig,
    UserConfig,
    secret_name,
)
from app.store.tables import accounts, printers, rules, settings, shops, users

HIDDEN = "••••"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing of the file: ``section`` and ``name``, and ``new``, ``changed`` or ``same``."""

    section: str
    name: str
    result: str


def apply(work: Workplace, secrets: SecretStore, config: Config) -> list[Change]:
    """Make the settings what the file says; what it does not mention stays as it is.

    A section that is in the file replaces that section: a shop, account or printer it no longer
    names is switched off, never deleted, because parcels may still point to it. Printers of other
    benches are none of this file's business.
    """
    changes: list[Change] = []
    wanted_printers = tuple(
        owners.owned(p, work.bench, shared=not work.db.is_sqlite) for p in config.printers or ()
    )
    with work.db.read() as tx:
        owners.ensure_not_taken(tx, work.bench, config.printers or ())
    for shop in config.shops or ():
        _keep_secrets(secrets, "shop", shop.name, shop.secrets)
    for account in config.carriers or ():
        _keep_secrets(secrets, "carrier", account.name, account.secrets)
    with work.db.write() as tx:
        if config.sender is not None:
            changes.append(_sender(tx, config.sender))
        if config.shops is not None:
            changes += _replace(tx, shops, "shop", "id", _shop_rows(config.shops))
        if config.carriers is not None:
            changes += _replace(tx, accounts, "carrier", "name", _account_rows(config.carriers))
        if config.printers is not None:
            others = owners.of_others(tx, work.bench)
            rows = _printer_rows(wanted_printers)
            changes += _replace(tx, printers, "printer", "name", rows, keep=others)
        if config.rules is not None:
            changes += _rules(tx, config.rules)
        if config.prices is not None:
            found = prices.replace_all(tx, config.prices)
            changes += [Change("price", name, result) for name, result in found.items()]
        if config.approval is not None:
            changes.append(_approval(tx, config.approval))
        if config.slip is not None:
            wish = SlipWish(config.slip.words, Notes(config.slip.notes), config.slip.return_address)
            result = "changed" if slip_content.store(tx, wish) else "same"
            changes.append(Change("slip", "", result))
        if config.stock is not None:
            wished = expiring.store(tx, take_off_expired=config.stock.take_off_expired)
            changes.append(Change("stock", "", "changed" if wished else "same"))
        if config.tracking is not None:
            result = "changed" if tracking.store(tx, config.tracking) else "same"
            changes.append(Change("tracking", "", result))
        if config.users is not None:
            changes += _replace(tx, users, "user", "name", _user_rows(config.users))
        if config.reach is not None:
            lines = reach.from_config(config.reach)
            results = reach.replace_all(tx, work, lines)
            changes += [Change("reach", name, result) for name, result in results.items()]
        touched = [f"{c.section}.{c.name}" for c in changes if c.result != "same"]
        if touched:
            records.note(tx, work, "config", detail={"changed": touched})
    checking.recheck(work)
    work.changed("shops", "printers", "settings")
    return changes


def show(work: Workplace, secrets: SecretStore, secret_keys: SecretKeys) -> list[dict[str, Any]]:
    """The settings as rows; of a secret only whether it is there."""

    def hidden(section: str, name: str, kind: str) -> dict[str, str]:
        return _hidden(secrets, section, name, secret_keys(section, kind))

    with work.db.read() as tx:
        sender = tx.execute(select(settings.c.value).where(settings.c.key == "sender")).scalar()
        rule = tx.execute(select(settings.c.value).where(settings.c.key == approval.KEY)).scalar()
        wish = tx.execute(
            select(settings.c.value).where(settings.c.key == slip_content.KEY)
        ).scalar()
        return [
            *([{"section": "sender", **sender}] if sender else []),
            *([{"section": "approval", **rule}] if rule else []),
            *([{"section": "slip", **wish}] if wish else []),
            *([{"section": "stock", **shelf}] if (shelf := expiring.stored(tx)) else []),
            *([{"section": "tracking", **limits}] if (limits := tracking.stored(tx)) else []),
            *(
                {
                    "section": "user",
                    "name": r.name,
                    "role": r.role,
                    "display_name": r.display_name,
                }
                for r in tx.execute(select(users).where(users.c.active).order_by(users.c.name))
            ),
            *(
                {
                    "section": "shop",
                    "name": r.id,
                    "title": r.title,
                    "platform": r.platform,
                    **r.settings,
                }
                | hidden("shop", r.id, r.platform)
                for r in _active(tx, shops)
            ),
            *(
                {"section": "carrier", "name": r.name, "carrier": r.carrier, **r.settings}
                | hidden("carrier", r.name, r.carrier)
                for r in _active(tx, accounts)
            ),
            *({"section": "printer", "name": r.name, **r.settings} for r in _active(tx, printers)),
            *(
                {"section": "rule", "name": r.name, "when": r.when, "then": r.then}
                for r in tx.execute(select(rules).order_by(rules.c.position))
            ),
            *({"section": "reach", **reach.shown(line)} for line in reach.listed(tx)),
            *(
                {"section": "price", "name": t.name, "account": t.account, **as_record(t)}
                for t in prices.read_tables(tx)
            ),
        ]


def _active(tx: Connection, table: Table) -> list[Any]:
    return list(tx.execute(select(table).where(table.c.active).order_by(table.c.position)))


SecretKeys = Callable[[str, str], frozenset[str]]


def _hidden(secrets: SecretStore, section: str, name: str, keys: frozenset[str]) -> dict[str, str]:
    return {
        key: HIDDEN if secrets.get(secret_name(section, name, key)) else "" for key in sorted(keys)
    }


def _keep_secrets(secrets: SecretStore, section: str, name: str, values: Mapping[str, str]) -> None:
    for key, value in values.items():
        place = secret_name(section, name, key)
        if value and secrets.get(place) != value:
            secrets.set(place, value)


def _sender(tx: Connection, sender: Address) -> Change:
    value = {f.name: getattr(sender, f.name) for f in fields(sender) if f.name != "masked"}
    known = tx.execute(select(settings.c.value).where(settings.c.key == "sender")).scalar()
    if known == value:
        return Change("sender", sender.name, "same")
    if known is None:
        tx.execute(insert(settings).values(key="sender", value=value))
        return Change("sender", sender.name, "new")
    tx.execute(update(settings).where(settings.c.key == "sender").values(value=value))
    return Change("sender", sender.name, "changed")


def _approval(tx: Connection, found: ApprovalConfig) -> Change:
    wanted = approval.Limits(found.packer_fen, found.lead_fen)
    return Change("approval", "", "changed" if approval.store(tx, wanted) else "same")


def _shop_rows(found: tuple[ShopConfig, ...]) -> dict[str, dict[str, Any]]:
    return {
        s.name: {
            "platform": s.platform,
            "title": str(s.values.get("title", s.name)),
            "settings": _plain(s.values),
        }
        for s in found
    }


def _user_rows(found: tuple[UserConfig, ...]) -> dict[str, dict[str, Any]]:
    return {u.name: {"role": u.role, "display_name": u.display_name} for u in found}


def _account_rows(found: tuple[CarrierConfig, ...]) -> dict[str, dict[str, Any]]:
    return {
        a.name: {
            "carrier": a.carrier,
            "company": a.company,
            "settings": _plain(a.values),
        }
        for a in found
    }


def _printer_rows(found: tuple[PrinterConfig, ...]) -> dict[str, dict[str, Any]]:
    return {p.name: {"settings": settings_of(p)} for p in found}


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in values.items() if k not in {"name", "title", "platform", "carrier"}}


def _replace(
    tx: Connection,
    table: Table,
    section: str,
    key: str,
    rows: Mapping[str, Mapping[str, Any]],
    keep: Iterable[str] = (),
) -> list[Change]:
    changes = []
    for position, (name, row) in enumerate(rows.items()):
        values = {**row, "active": True}
        if "position" in table.c:
            values["position"] = position
        known = tx.execute(select(table).where(table.c[key] == name)).mappings().one_or_none()
        if known is None:
            tx.execute(insert(table).values({key: name, **values}))
            changes.append(Change(section, name, "new"))
        elif any(known[k] != v for k, v in values.items()):
            tx.execute(update(table).where(table.c[key] == name).values(**values))
            changes.append(Change(section, name, "changed"))
        else:
            changes.append(Change(section, name, "same"))
    off = tx.execute(
        update(table)
        .where(table.c[key].not_in([*rows, *keep]), table.c.active)
        .values(active=False)
        .returning(table.c[key])
    ).scalars()
    changes.extend(Change(section, name, "off") for name in off)
    return changes


def _rules(tx: Connection, found: tuple[Rule, ...]) -> list[Change]:
    wanted = {r.name: (n, dict(r.when), then_of(r)) for n, r in enumerate(found)}
    known = {r.name: (r.position, r.when, r.then) for r in tx.execute(select(rules))}
    changes = []
    for name, (position, when, then) in wanted.items():
        same = known.get(name) == (position, when, then)
        changes.append(
            Change("rule", name, "same" if same else "changed" if name in known else "new")
        )
    if any(c.result != "same" for c in changes) or set(known) - set(wanted):
        tx.execute(delete(rules))
        for name, (position, when, then) in wanted.items():
            tx.execute(
                insert(rules).values(
                    {"name": name, "position": position, "when": when, "then": then}
                )
            )
    changes.extend(Change("rule", name, "off") for name in set(known) - set(wanted))
    return changes
