"""The three simulated carriers on one server, and two apps of one carrier side by side."""

from __future__ import annotations

import httpx

from app.simulators.server import LoopbackServer
from app.simulators.sf import SfAccount, SfSimulator
from app.simulators.yunda import YundaAccount, YundaSimulator
from app.simulators.zto import ZtoAccount, ZtoSimulator
from tests.simulators import sf_wire, yunda_wire, zto_wire
from tests.simulators.recorded import NOW_S


def test_all_carriers_work_on_one_server() -> None:
    server = LoopbackServer()
    sf, zto = SfSimulator(clock=lambda: NOW_S), ZtoSimulator(clock=lambda: NOW_S)
    yunda = YundaSimulator(clock=yunda_wire.MovableClock())
    for simulator in (sf, zto, yunda):
        simulator.mount(server)
    with server, httpx.Client() as http:
        sf_client = sf_wire.Sf(server, sf, http, SfAccount())
        zto_client = zto_wire.Zto(server, zto, http, ZtoAccount())
        clock = yunda_wire.MovableClock()
        yunda_client = yunda_wire.Yunda(server, yunda, http, YundaAccount(), clock)
        assert sf_client.code(sf_wire.CREATE, sf_wire.order()) == "S0000"
        assert zto_client.code(zto_wire.CREATE, zto_wire.order()) == "0000"
        assert yunda_client.items(yunda_wire.CREATE, yunda_wire.order())[0]["status"] == "1"
    assert [c.code for c in server.journal.calls()] == ["S0000", "0000", "0000"]


def test_a_prefix_keeps_a_carrier_apart() -> None:
    server = LoopbackServer()
    zto, yunda = ZtoSimulator(), YundaSimulator()
    zto.mount(server, "/zto")
    yunda.mount(server, "/yunda")
    with server:
        at_zto = httpx.post(f"{server.base_url}/zto/zto.open.createOrder").json()
        at_yunda = httpx.post(f"{server.base_url}/yunda{yunda_wire.CREATE}").json()
        assert (at_zto["statusCode"], at_yunda["code"]) == ("S208", "7603")
        assert httpx.post(f"{server.base_url}/zto.open.createOrder").status_code == 404


def test_two_apps_do_not_see_each_others_orders() -> None:
    one, two = ZtoAccount(), ZtoAccount(app_key="otherKey", app_secret="otherSecret")
    zto = ZtoSimulator([one, two], clock=lambda: NOW_S)
    server = LoopbackServer()
    zto.mount(server)
    with server, httpx.Client() as http:
        mine, theirs = (zto_wire.Zto(server, zto, http, a) for a in (one, two))
        bill = mine.call(zto_wire.CREATE, zto_wire.order())["result"]["billCode"]
        ask = {"type": "1", "billCode": bill}
        assert len(mine.call(zto_wire.INFO, ask)["result"]) == 1
        assert theirs.call(zto_wire.INFO, ask)["result"] == []
        track = {"billCode": bill, "mobilePhone": "0002"}
        assert theirs.code(zto_wire.TRACK, track) == "E418"


def test_the_same_order_id_of_two_sf_apps_are_two_orders() -> None:
    one, two = SfAccount(), SfAccount(partner_id="OTHER")
    sf = SfSimulator([one, two], clock=lambda: NOW_S)
    server = LoopbackServer()
    sf.mount(server)
    with server, httpx.Client() as http:
        for account in (one, two):
            client = sf_wire.Sf(server, sf, http, account)
            assert client.code(sf_wire.CREATE, sf_wire.order()) == "S0000"
    assert len(set(sf.numbers_issued("DD20260101-0001"))) == 2
