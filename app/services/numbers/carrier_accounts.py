"""The carrier accounts of the configuration: which there are, and whether they answer."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.ports import Health
from app.services.workplace import Workplace
from app.store.tables import accounts


@dataclass(frozen=True, slots=True)
class DirectAccount:
    """A ``[[carrier]]`` of the configuration."""

    name: str
    carrier: str


def direct_accounts(work: Workplace) -> list[DirectAccount]:
    """The active accounts in the order of the configuration."""
    with work.db.read() as tx:
        rows = tx.execute(
            select(accounts.c.name, accounts.c.carrier)
            .where(accounts.c.active)
            .order_by(accounts.c.position)
        )
        return [DirectAccount(r.name, r.carrier) for r in rows]


def check_account(work: Workplace, name: str) -> Health:
    """Ask the carrier whether the account works; books nothing. Waits on the network.

    Raises ``UserError`` for an unknown account or a missing secret.
    """
    return work.outside.carrier(name).check()
