"""Every carrier whose platform gives us waybill numbers. A new one is a folder and a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from app.carriers.account import read_account, secret_names, setting_names
from app.carriers.jt.settings import JtSettings
from app.carriers.jt.source import CAPABILITIES as JT_CAPABILITIES
from app.carriers.jt.source import JtSource
from app.carriers.kuaidi100.settings import Kuaidi100Settings
from app.carriers.kuaidi100.source import CAPABILITIES as KUAIDI100_CAPABILITIES
from app.carriers.kuaidi100.source import Kuaidi100Source
from app.carriers.sf.settings import SfSettings
from app.carriers.sf.source import CAPABILITIES as SF_CAPABILITIES
from app.carriers.sf.source import SfSource
from app.carriers.sto.settings import StoSettings
from app.carriers.sto.source import CAPABILITIES as STO_CAPABILITIES
from app.carriers.sto.source import StoSource
from app.carriers.yto.settings import YtoSettings
from app.carriers.yto.source import CAPABILITIES as YTO_CAPABILITIES
from app.carriers.yto.source import YtoSource
from app.carriers.yunda.settings import YundaSettings
from app.carriers.yunda.source import CAPABILITIES as YUNDA_CAPABILITIES
from app.carriers.yunda.source import YundaSource
from app.carriers.zto.settings import ZtoSettings
from app.carriers.zto.source import CAPABILITIES as ZTO_CAPABILITIES
from app.carriers.zto.source import ZtoSource
from app.domain.companies import company
from app.domain.errors import UserError
from app.domain.text import T, Text
from app.net.transport import Transport
from app.ports import Capability, Clock, WaybillSource

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Carrier(Generic[S]):
    """One carrier: what it is called, what it can do and how a source of numbers is made.

    ``capabilities`` hold for every account; an account's settings may add to them, which its
    source then says.
    """

    code: str
    label: Text
    settings: type[S]
    capabilities: frozenset[Capability]
    _make: Callable[[S, Transport, Clock], WaybillSource] = field(repr=False)

    @property
    def setting_names(self) -> tuple[str, ...]:
        """Every key its ``[[carrier]]`` table may hold."""
        return setting_names(self.settings)

    @property
    def secret_names(self) -> tuple[str, ...]:
        """The keys that go into the secret store."""
        return secret_names(self.settings)

    def source(
        self, config: Mapping[str, Any], transport: Transport, clock: Clock
    ) -> WaybillSource:
        """Raises: ``UserError`` (``carrier_settings``) for a key that is wrong or missing."""
        return self._make(read_account(self.settings, config), transport, clock)


CARRIERS: tuple[Carrier[Any], ...] = (
    Carrier("sf", company("sf").name, SfSettings, SF_CAPABILITIES, SfSource),
    Carrier("zto", company("zto").name, ZtoSettings, ZTO_CAPABILITIES, ZtoSource),
    Carrier("yunda", company("yunda").name, YundaSettings, YUNDA_CAPABILITIES, YundaSource),
    Carrier("yto", company("yto").name, YtoSettings, YTO_CAPABILITIES, YtoSource),
    Carrier("sto", company("sto").name, StoSettings, STO_CAPABILITIES, StoSource),
    Carrier("jt", company("jt").name, JtSettings, JT_CAPABILITIES, JtSource),
    Carrier(
        "kuaidi100",
        company("kuaidi100").name,
        Kuaidi100Settings,
        KUAIDI100_CAPABILITIES,
        Kuaidi100Source,
    ),
)


def carrier(code: str) -> Carrier[Any]:
    """The carrier with our company code.

    Raises: ``UserError`` (``unknown_carrier``) for a company that gives us no numbers directly.
    """
    for known in CARRIERS:
        if known.code == code:
            return known
    raise UserError(
        "unknown_carrier",
        T("There is no direct connection to the carrier {code}.", code=code),
        T("Use one of: {choices}.", choices=", ".join(known.code for known in CARRIERS)),
    )


def make_source(config: Mapping[str, Any], transport: Transport, clock: Clock) -> WaybillSource:
    """The source of numbers for one ``[[carrier]]`` table whose secrets are filled in.

    One source per account for the life of the program: it holds the account's rate limit and,
    for SF with OAuth2, its token.

    Raises: ``UserError`` (``carrier_settings``, ``unknown_carrier``).
    """
    return carrier(str(config.get("carrier", ""))).source(config, transport, clock)
