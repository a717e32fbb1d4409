"""What is lost with a number that nobody uses, or that nobody can tell of."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.domain.companies import company
from app.domain.errors import PackbenchError
from app.domain.states import Route
from app.domain.text import T, Text
from app.ports import Capability, WaybillSource
from app.services.workplace import Workplace
from app.store.tables import shop_accounts

# Their numbers cost nothing, only parcels do. The others sell numbers in advance, also where an
# account has no way to ask how many are left.
_BY_THE_MONTH = frozenset({"sf", "jd", "ems"})


class Stakes:
    """Answers for the accounts of one listing; asks nobody outside. ``row`` names the account."""

    def __init__(self, work: Workplace) -> None:
        self._work = work
        self._sources: dict[str, WaybillSource | None] = {}
        self._counted: dict[tuple[str, str], bool] = {}

    def can(self, row: Any, capability: Capability) -> bool:
        """Whether the account of ``row`` can do it; an account that is gone can do nothing."""
        if row.route == Route.PLATFORM:
            return capability in {Capability.CANCEL, Capability.RECONCILE}
        source = self._source(row.account)
        return source is not None and capability in source.capabilities

    def of_number(self, row: Any) -> Text:
        """What an unused number costs."""
        if row.request_id is None:
            return T("What it cost where it was bought.")
        if not self._is_prepaid(row):
            return T("Nothing, as long as the parcel is not handed over.")
        if self.can(row, Capability.CANCEL):
            return T("One prepaid number, until it is given back.")
        if row.expires_at is not None:
            day = row.expires_at.date().isoformat()
            return T("One prepaid number; unused it ends on {day}.", day=day)
        return T("One prepaid number; unused it ends by itself after 30 to 60 days.")

    def of_doubt(self, row: Any) -> Text:
        """What a wrong decision about a request in doubt costs."""
        return of_doubt(row.carrier, prepaid=self._is_prepaid(row))

    def _is_prepaid(self, row: Any) -> bool:
        if row.route != Route.PLATFORM:
            return self.can(row, Capability.BALANCE) or row.carrier not in _BY_THE_MONTH
        shop = getattr(row, "shop_id", "")
        known = self._counted.get((shop, row.account))
        if known is None:
            with self._work.db.read() as tx:
                left = tx.execute(
                    select(shop_accounts.c.balance).where(
                        shop_accounts.c.shop_id == shop,
                        shop_accounts.c.account_id == row.account,
                    )
                ).scalar()
            known = self._counted[shop, row.account] = left is not None
        return known

    def _source(self, account: str) -> WaybillSource | None:
        if account not in self._sources:
            try:
                self._sources[account] = self._work.outside.carrier(account)
            except PackbenchError as error:
                self._work.log.info("account %s cannot be used: %s", account, error.code)
                self._sources[account] = None
        return self._sources[account]


def of_doubt(carrier: str, *, prepaid: bool) -> Text:
    """Both ways a request in doubt can end badly."""
    name = company(carrier).name
    if prepaid:
        return T(
            "Called lost although {carrier} gave a number: one prepaid number, free again after 30 "
            "to 60 days, or two numbers on one parcel.",
            carrier=name,
        )
    return T(
        "Called lost although {carrier} gave a number: two numbers on one parcel, both billed if "
        "both travel.",
        carrier=name,
    )
