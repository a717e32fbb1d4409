"""The recorded cases of the carriers, and the bookings and accounts that they belong to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from app.domain.address import Address
from app.domain.waybills import Booking, Goods

_FOLDER = Path(__file__).parents[1] / "data" / "carriers"


def sample(name: str) -> Any:
    """The content of one sample file, named without its ending."""
    return json.loads((_FOLDER / "samples" / f"{name}.json").read_text("utf-8"))


def vectors(algorithm: str, *kinds: str) -> list[dict[str, Any]]:
    """The vectors of one algorithm, of the given kinds or of all but the negative ones."""
    wanted = kinds or ("official", "computed")
    content = json.loads((_FOLDER / "vectors.json").read_text("utf-8"))
    found = [v for v in content["vectors"] if v["algorithm"] == algorithm and v["kind"] in wanted]
    assert found, f"no vectors of {algorithm}"
    return found


SF_CONFIG: dict[str, Any] = {
    "carrier": "sf",
    "name": "sf",
    "base_url": "https://sfapi-sbox.sf-express.com/std/service",
    "partner_id": "FAKEPARTNER1",
    "checkword": "TESTcheckWord0123456789abcdefXYZ",
    "monthly_account": "7551234567",
    "calls_per_second": 1000,
}
ZTO_CONFIG: dict[str, Any] = {
    "carrier": "zto",
    "name": "zto",
    "base_url": "https://japi-test.zto.com",
    "app_key": "FAKEappKey",
    "app_secret": "FAKEappSecret1234567890abcdef0000",
    "account_id": "test",
    "account_password": "ZTO123",
    "calls_per_second": 1000,
}
YUNDA_CONFIG: dict[str, Any] = {
    "carrier": "yunda",
    "name": "yunda",
    "base_url": "https://u-openapi.yundasys.com",
    "app_key": "999999",
    "app_secret": "FAKEyundaAppSecret0123456789abcd",
    "partner_id": "201700101001",
    "partner_secret": "123456789",
    "calls_per_second": 1000,
}
YTO_CONFIG: dict[str, Any] = {
    "carrier": "yto",
    "name": "yto",
    "base_url": "https://openuat.yto56test.com:6443",
    "token": "FAKEtk",
    "customer_code": "K21000119",
    "secret": "FAKEytosecret",
    "calls_per_second": 1000,
}
STO_CONFIG: dict[str, Any] = {
    "carrier": "sto",
    "name": "sto",
    "base_url": "http://cloudinter-linkgatewaytest.sto.cn/gateway/link.do",
    "app_key": "FAKE",
    "secret_key": "FAKEstokey",
    "site_code": "666666",
    "customer_name": "666666000001",
    "site_password": "abc123",
    "calls_per_second": 1000,
}
JT_CONFIG: dict[str, Any] = {
    "carrier": "jt",
    "name": "jt",
    "base_url": "https://uat-openapi.jtexpress.com.cn/webopenplatformapi/api",
    "api_account": "178337126125932605",
    "private_key": "FAKEjtPrivateKey0123456789abcdef",
    "customer_code": "J0086474299",
    "password": "FAKEpwd1",
    "calls_per_second": 1000,
}
KUAIDI100_CONFIG: dict[str, Any] = {
    "carrier": "kuaidi100",
    "name": "kd-yd",
    "company": "yunda",
    "key": "FAKEkey",
    "customer": "FAKEcustomer",
    "secret": "FAKEsecret",
    "partner_id": "FAKEpartner",
    "partner_key": "FAKEpartnerKey",
    "calls_per_second": 1000,
}

_GUANGZHOU: dict[str, Any] = {"province": "广东省", "city": "广州市", "district": "黄埔区"}
_SHANGHAI: dict[str, Any] = {"province": "上海市", "city": "上海市", "district": "青浦区"}
_QINGPU: dict[str, Any] = {"province": "上海", "city": "上海市", "district": "青浦区"}
_MINHANG: dict[str, Any] = {"province": "上海", "city": "上海市", "district": "闵行区"}


def sf_booking(**changes: Any) -> Booking:
    """The booking behind ``sf_create_order.request``."""
    return _booking(
        changes,
        key="DD20260101-0001",
        carrier="sf",
        sender=Address(
            name="发货部",
            company="示例商贸有限公司",
            phone="13800000001",
            address="骏业路255号",
            **_GUANGZHOU,
        ),
        receiver=Address(name="张三", phone="13800000002", address="连云路169号", **_GUANGZHOU),
        goods=(Goods("女装", 2, 600, 12900),),
        weight_g=1200,
        order_ids=("TB-4123456789",),
        remark="轻放",
    )


def zto_booking(**changes: Any) -> Booking:
    """The booking behind ``zto_create_order.request``."""
    return _booking(
        changes,
        key="DD20260101-0001",
        carrier="zto",
        sender=Address(name="发货部", phone="13800000001", address="骏业路255号", **_GUANGZHOU),
        receiver=Address(
            name="李四",
            phone="13800000002",
            province="上海",
            city="上海市",
            district="闵行区",
            address="申贵路1500号",
        ),
        goods=(Goods("女装", 3, 500, 12900),),
        weight_g=1500,
        order_ids=("TB-4123456789",),
        remark="轻放",
    )


def yunda_booking(**changes: Any) -> Booking:
    """The booking behind ``yunda_create_order.request``."""
    return _booking(
        changes,
        key="DD20260101_0001",
        carrier="yunda",
        sender=Address(
            name="发货部",
            company="示例商贸",
            phone="13800000001",
            address="盈港东路7766号",
            **_SHANGHAI,
        ),
        receiver=Address(name="王小虎", phone="13800000002", address="盈港东路6679号", **_SHANGHAI),
        goods=(Goods("衣服", 1, 1000, 12650),),
        weight_g=1000,
        order_ids=("DD20260101_0001",),
    )


def yto_booking(**changes: Any) -> Booking:
    """The booking behind the request ``yto`` of ``other_carriers.requests``."""
    return _booking(
        changes,
        key="DD20260101-0001",
        carrier="yto",
        sender=Address(name="发货部", phone="13800000001", address="华新镇1号", **_QINGPU),
        receiver=Address(name="赵六", phone="13800000002", address="申贵路1500号", **_MINHANG),
        goods=(Goods("女装", 1, 500, 12900),),
        weight_g=500,
        order_ids=(),
        insured_fen=10000,
    )


def sto_booking(**changes: Any) -> Booking:
    """The booking behind the request ``sto`` of ``other_carriers.requests``."""
    return _booking(
        changes,
        key="DD20260101-0001",
        carrier="sto",
        sender=Address(name="发货部", phone="13800000001", address="1号", **_QINGPU),
        receiver=Address(name="孙七", phone="13800000002", address="申贵路1500号", **_MINHANG),
        goods=(Goods("女装", 1, 500, 12900),),
        weight_g=500,
        order_ids=(),
    )


def jt_booking(**changes: Any) -> Booking:
    """The booking behind ``jt`` of ``other_carriers.requests``."""
    shanghai: dict[str, Any] = {"province": "上海", "city": "上海市"}
    return _booking(
        changes,
        key="DD20260101-0001",
        carrier="jt",
        sender=Address(
            name="发货部", phone="13800000001", district="青浦区", address="1号", **shanghai
        ),
        receiver=Address(
            name="周八", phone="13800000002", district="闵行区", address="申贵路1500号", **shanghai
        ),
        goods=(Goods("女装", 1, 500, 12900),),
        weight_g=500,
        order_ids=("TB-4123456789",),
    )


def kuaidi100_booking(**changes: Any) -> Booking:
    """The booking behind ``kuaidi100_order`` of ``other_carriers.requests``."""
    return _booking(
        changes,
        key="DD20260101-0001",
        carrier="yunda",
        sender=Address(name="发货部", phone="13800000001", address="骏业路255号", **_GUANGZHOU),
        receiver=Address(
            name="冯十一",
            phone="13800000002",
            province="上海",
            city="上海市",
            district="闵行区",
            address="申贵路1500号",
        ),
        goods=(Goods("女装", 1, 500, 12900),),
        weight_g=500,
        order_ids=("TB-4123456789",),
    )


def _booking(changes: dict[str, Any], **facts: Any) -> Booking:
    return Booking(**{"parcel_id": "P1", **facts, **changes})
