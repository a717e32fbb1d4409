"""Which account is asked about a company's parcels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select

from app.domain.companies import COMPANIES
from app.domain.errors import PackbenchError
from app.ports import Capability
from app.ports.carriers import has
from app.services.workplace import Workplace
from app.store.tables import accounts

_COMPANY_CODES = frozenset(c.code for c in COMPANIES)


@dataclass(frozen=True, slots=True)
class Answering:
    """The accounts that can track: a company's own ones, and those that know every company."""

    own: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    for_any: tuple[str, ...] = ()

    def after(self, account: str) -> str:
        """Who knows a number that the company's own ``account`` does not; ``""``: nobody."""
        return "" if account in self.for_any else next(iter(self.for_any), "")

    @property
    def accounts(self) -> tuple[str, ...]:
        return (*(name for names in self.own.values() for name in names), *self.for_any)

    def account(self, company: str, preferred: str = "") -> str:
        """Who is asked about a parcel of ``company``; ``""``: nobody can be.

        The account that gave the number knows it best; an aggregator is asked last, it may not
        know the number at all.
        """
        own = self.own.get(company, ())
        if preferred in own or preferred in self.for_any:
            return preferred
        return next(iter((*own, *self.for_any)), "")


def answering(work: Workplace) -> Answering:
    """The active accounts that can track, as they are configured now. Calls nobody.

    An account whose secret is missing is left out: ``doctor`` says so.
    """
    with work.db.read() as tx:
        rows = tx.execute(
            select(accounts.c.name, accounts.c.carrier, accounts.c.company)
            .where(accounts.c.active)
            .order_by(accounts.c.position)
        ).all()
    own: dict[str, tuple[str, ...]] = {}
    for_any: list[str] = []
    for row in rows:
        try:
            able = has(work.outside.carrier(row.name), Capability.TRACK)
        except PackbenchError as error:
            work.log.info("account=%s cannot be asked for tracks: %s", row.name, error.code)
            continue
        if not able:
            continue
        if row.carrier in _COMPANY_CODES:
            own[row.carrier] = (*own.get(row.carrier, ()), row.name)
        else:
            for_any.append(row.name)
    return Answering(own, tuple(for_any))
