"""A simulated SF behind real HTTP and our side of it, for every test of SF's services."""

from __future__ import annotations

from typing import Any

from app.carriers.account import read_account
from app.carriers.sf.settings import SfSettings
from app.carriers.sf.source import SfSource
from app.domain.waybills import Booking
from app.simulators.exchange import Predicate, Request
from app.simulators.sf import SfAccount, SfQuirks, SfSimulator
from tests.carriers.samples import SF_CONFIG, sf_booking
from tests.carriers.station import Station
from tests.carriers.station import at as behind

PATH = "/std/service"


class SfStation(Station):
    """A simulated SF and our side of it."""

    sf = SfSimulator()

    def open(
        self, quirks: SfQuirks | None = None, account: SfAccount | None = None, **config: Any
    ) -> SfSource:
        """A fresh SF and an account there; ``config`` changes the account's settings."""
        self.sf = SfSimulator([account or SfAccount()], quirks=quirks, clock=self.now_s)
        url = self.serve(self.sf) + PATH
        return self.again(url, **config)

    def again(self, url: str = "", **config: Any) -> SfSource:
        """The same SF for an account with other settings."""
        url = url or self.server.base_url + PATH
        keys = SF_CONFIG | {"base_url": url, "timeout_s": 5} | config
        return SfSource(read_account(SfSettings, keys), self.http, self.clock)


def calls_of(service: str) -> Predicate:
    """Narrows a fault to one of the services behind SF's one address."""

    def hits(request: Request) -> bool:
        return b"serviceCode=" + service.encode() in request.body

    return hits


def at(address: str, booking: Booking | None = None) -> Booking:
    """A booking whose receiver's address steers the simulated SF."""
    return behind(address, booking or sf_booking())
