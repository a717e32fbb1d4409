"""The contracts of the carriers; a registered carrier without one fails the tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.carriers.registry import make_source
from app.domain.waybills import AskPerson, Issued, NeverExisted, ProblemClass, Unknown
from app.ports import Capability
from app.simulators import jt, kuaidi100, sf, sto, yto, yunda, zto
from app.simulators.exchange import Request
from app.simulators.sf.records import RepeatReply as SfRepeat
from app.simulators.sto.simulator import GATEWAY
from tests.carriers import samples
from tests.carriers.contract import Contract, Refusal
from tests.carriers.recording import RecordingTransport
from tests.carriers.sf_station import PATH as SF_PATH
from tests.carriers.sf_station import calls_of
from tests.support.clock import FakeClock

K = ProblemClass


def _at_sf(url: str) -> Mapping[str, Any]:
    return {"base_url": url + SF_PATH}


_SF = Contract(
    name="sf",
    code="sf",
    config=samples.SF_CONFIG,
    extras={"label_source": "cloud"},
    simulator=sf.SfSimulator,
    account=sf.SfAccount(),
    quirks=sf.SfQuirks(),
    booking=samples.sf_booking,
    path=SF_PATH,
    when=calls_of("EXP_RECE_CREATE_ORDER"),
    address=_at_sf,
    after_effect=Issued,
    after_nothing=NeverExisted,
    after_repeat=Issued,
    refusals=(
        Refusal(kind=K.OUT_OF_RANGE, street="超区"),
        Refusal(kind=K.AUTH, config={"checkword": "WRONGcheckWord0123456789abcdefXY"}),
        Refusal(kind=K.AUTH, config={"partner_id": "SOMEBODY"}),
        Refusal(kind=K.ACCOUNT, config={"monthly_account": "7550000000"}),
        Refusal(kind=K.PRODUCT_OR_VAS, config={"product": "6"}),
    ),
    marks=("destRouteLabel",),
)


_ZTO = Contract(
    name="zto",
    code="zto",
    config=samples.ZTO_CONFIG,
    simulator=zto.ZtoSimulator,
    account=zto.ZtoAccount(),
    quirks=zto.ZtoQuirks(mark_missing_every=1),
    booking=samples.zto_booking,
    path="/zto.open.createOrder",
    after_effect=AskPerson,
    after_nothing=AskPerson,
    after_repeat=None,
    refusals=(
        Refusal(kind=K.OUT_OF_RANGE, street="超区"),
        Refusal(kind=K.AUTH, config={"app_secret": "WRONG"}),
        Refusal(kind=K.ACCOUNT, config={"account_id": "nobody"}),
        Refusal(kind=K.PRODUCT_OR_VAS, config={"services": [{"name": "twoHour"}]}),
    ),
    with_numbers=lambda left: zto.ZtoAccount(
        waybill_accounts=(zto.ZtoWaybillAccount(numbers_left=left),)
    ),
    marks=("mark", "bagAddr"),
)
# Appointments, which can be cancelled, of an account that may ask for its own order ids.
_ZTO_ASKING = replace(
    _ZTO,
    name="zto-asking",
    config=samples.ZTO_CONFIG | {"query_by_partner_code": True, "order_type": "2"},
    quirks=zto.ZtoQuirks(mark_missing_every=1, info_by_partner_code=True),
    after_effect=Issued,
)
# The account asks by its own order ids and ZTO does not let it.
_ZTO_FORBIDDEN = replace(
    _ZTO_ASKING,
    name="zto-forbidden",
    quirks=zto.ZtoQuirks(),
    after_effect=Unknown,
    after_nothing=Unknown,
)


_YUNDA = Contract(
    name="yunda",
    code="yunda",
    config=samples.YUNDA_CONFIG,
    simulator=yunda.YundaSimulator,
    account=yunda.YundaAccount(),
    quirks=yunda.YundaQuirks(),
    booking=samples.yunda_booking,
    path="/openapi-api/v1/accountOrder/createBmOrder",
    after_effect=Issued,
    after_nothing=Issued,
    after_repeat=Unknown,
    refusals=(
        Refusal(kind=K.OUT_OF_RANGE, street="超区"),
        Refusal(kind=K.FIX_ADDRESS, street="地址不详"),
        Refusal(kind=K.AUTH, config={"app_secret": "WRONG"}),
        Refusal(kind=K.ACCOUNT, config={"partner_secret": "WRONG"}),
    ),
    with_numbers=lambda left: yunda.YundaAccount(numbers_left=left),
    marks=("position",),
)


_YTO = Contract(
    name="yto",
    code="yto",
    config=samples.YTO_CONFIG,
    simulator=yto.YtoSimulator,
    account=yto.YtoAccount(),
    quirks=yto.YtoQuirks(),
    booking=samples.yto_booking,
    path="/open/privacy_create_adapter",
    after_effect=AskPerson,
    after_nothing=AskPerson,
    after_repeat=None,
    refusals=(
        Refusal(kind=K.OUT_OF_RANGE, street="超区"),
        Refusal(kind=K.OUT_OF_RANGE, street="停发"),
        Refusal(kind=K.FIX_ADDRESS, street="地址不详"),
        Refusal(kind=K.PRODUCT_OR_VAS, booking={"cod_fen": 100}),
        Refusal(kind=K.AUTH, config={"secret": "WRONG"}),
        Refusal(kind=K.AUTH, config={"token": "WRONG"}),
    ),
    with_numbers=lambda left: yto.YtoAccount(numbers_left=left),
    late_mark="",  # YTO tells it with the number or never
)
_YTO_REPEATING = replace(
    _YTO,
    name="yto-repeating",
    config=samples.YTO_CONFIG | {"repeat_is_safe": True},
    extras={"quotes": True, "label_source": "cloud"},
    quirks=yto.YtoQuirks(repeat=yto.Repeat.SAME_NUMBER),
    after_effect=Issued,
    after_nothing=Issued,
    after_repeat=Issued,
)
_YTO_REFUSING = replace(
    _YTO_REPEATING,
    name="yto-refusing",
    quirks=yto.YtoQuirks(repeat=yto.Repeat.REFUSED),
    after_effect=AskPerson,  # the order is there, and not under which number
    after_repeat=Unknown,
    tells_label_again=False,
)
# It would refuse a repeat, and nobody has written that down: so nothing is repeated.
_YTO_UNWRITTEN = replace(
    _YTO, name="yto-unwritten", quirks=_YTO_REFUSING.quirks, after_repeat=Unknown
)


def _at_sto(url: str) -> Mapping[str, Any]:
    return {"base_url": url + GATEWAY}


def _books_at_sto(request: Request) -> bool:
    return request.form()["api_name"] == "OMS_EXPRESS_ORDER_CREATE"


_STO_CONFIG = samples.STO_CONFIG | {"app_key": sto.StoAccount().app_key}
_STO = Contract(
    name="sto",
    code="sto",
    config=_STO_CONFIG,
    simulator=sto.StoSimulator,
    account=sto.StoAccount(),
    quirks=sto.StoQuirks(),
    booking=samples.sto_booking,
    path=GATEWAY,
    when=_books_at_sto,
    address=_at_sto,
    after_effect=AskPerson,
    after_nothing=AskPerson,
    after_repeat=None,
    refusals=(
        Refusal(kind=K.OUT_OF_RANGE, street="超区"),
        Refusal(kind=K.OUT_OF_RANGE, street="停发"),
        Refusal(kind=K.FIX_ADDRESS, street="地址不详"),
        Refusal(kind=K.AUTH, config={"secret_key": "WRONG"}),
        Refusal(kind=K.AUTH, config={"app_key": "WRONG"}),
        Refusal(kind=K.ACCOUNT, config={"site_password": "WRONG"}),
    ),
    with_numbers=lambda left: sto.StoAccount(numbers_left=left),
    marks=("mark", "bagAddr"),
)
_STO_REPEATING = replace(
    _STO,
    name="sto-repeating",
    config=_STO_CONFIG | {"repeat_is_safe": True},
    quirks=sto.StoQuirks(repeat=sto.Repeat.SAME_NUMBER, xml_at_the_door=False),
    after_effect=Issued,
    after_nothing=Issued,
    after_repeat=Issued,
)
_STO_REFUSING = replace(
    _STO_REPEATING,
    name="sto-refusing",
    quirks=sto.StoQuirks(repeat=sto.Repeat.REFUSED),
    after_effect=AskPerson,  # the order is there, and not under which number
    after_repeat=Unknown,
)
# It would refuse a repeat, and nobody has written that down: so nothing is repeated.
_STO_UNWRITTEN = replace(
    _STO, name="sto-unwritten", quirks=_STO_REFUSING.quirks, after_repeat=Unknown
)


_JT = Contract(
    name="jt",
    code="jt",
    config=samples.JT_CONFIG,
    simulator=jt.JtSimulator,
    account=jt.JtAccount(),
    quirks=jt.JtQuirks(),
    booking=samples.jt_booking,
    path="/order/v2/addOrder",
    after_effect=Issued,
    after_nothing=NeverExisted,
    after_repeat=Unknown,
    refusals=(
        Refusal(kind=K.OUT_OF_RANGE, street="超区"),
        Refusal(kind=K.OUT_OF_RANGE, street="停发"),
        Refusal(kind=K.FIX_ADDRESS, street="地址不详"),
        Refusal(kind=K.AUTH, config={"private_key": "WRONG"}),
        Refusal(kind=K.AUTH, config={"password": "WRONG"}),
        Refusal(kind=K.AUTH, config={"api_account": "1"}),
        Refusal(kind=K.ACCOUNT, config={"customer_code": "J1"}),
    ),
    with_numbers=lambda left: jt.JtAccount(numbers_left=left),
    shows_receiver=True,
)


def _at_kuaidi100(url: str) -> Mapping[str, Any]:
    return {
        "base_url": url + "/label/order",
        "query_url": url + "/poll/query.do",
        "detect_url": url + "/autonumber/auto",
    }


_KUAIDI100 = Contract(
    name="kuaidi100",
    code="kuaidi100",
    config=samples.KUAIDI100_CONFIG,
    extras={"company": ""},
    simulator=kuaidi100.Kuaidi100Simulator,
    account=kuaidi100.Kuaidi100Account(),
    quirks=kuaidi100.Kuaidi100Quirks(),
    booking=samples.kuaidi100_booking,
    path="/label/order",
    address=_at_kuaidi100,
    after_effect=Issued,
    after_nothing=Issued,
    after_repeat=Issued,
    refusals=(
        Refusal(kind=K.OUT_OF_RANGE, street="超区"),
        Refusal(kind=K.FIX_ADDRESS, street="地址不详"),
        Refusal(kind=K.AUTH, config={"secret": "WRONG"}),
        Refusal(kind=K.AUTH, config={"key": "WRONG"}),
        Refusal(kind=K.ACCOUNT, config={"partner_key": "WRONG"}),
    ),
    with_numbers=lambda left: kuaidi100.Kuaidi100Account(calls_left=left),
)

CONTRACTS = (
    _SF,
    replace(
        _SF,
        name="sf-refusing",
        quirks=sf.SfQuirks(
            repeat=SfRepeat.REFUSE, search_shows_contacts=True, result_as_object=True
        ),
        shows_receiver=True,
    ),
    _ZTO,
    _ZTO_ASKING,
    _ZTO_FORBIDDEN,
    _YUNDA,
    _YTO,
    _YTO_REPEATING,
    _YTO_REFUSING,
    _YTO_UNWRITTEN,
    _STO,
    _STO_REPEATING,
    _STO_REFUSING,
    _STO_UNWRITTEN,
    _JT,
    replace(
        _JT,
        name="jt-repeating",
        quirks=jt.JtQuirks(repeat=jt.RepeatReply.SAME_NUMBER),
        after_repeat=Issued,
    ),
    _KUAIDI100,
)


def able(capability: Capability) -> list[Contract]:
    """The contracts whose account can do it, by its settings too."""
    return [c for c in CONTRACTS if capability in capabilities(c)]


def unable(capability: Capability) -> list[Contract]:
    return [c for c in CONTRACTS if capability not in capabilities(c)]


def capabilities(contract: Contract) -> frozenset[Capability]:
    return make_source(contract.config, RecordingTransport(), FakeClock()).capabilities


def missing(contract: Contract, label: Mapping[str, Any]) -> list[str]:
    """What a label cannot be printed without and is not there."""
    return [mark for mark in contract.marks if not label.get(mark)]
