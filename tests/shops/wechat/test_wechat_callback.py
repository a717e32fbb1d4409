"""What the platform pushes: the published vectors, forgeries, and every sample event."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from app.domain.errors import UserError
from app.ports import PushedEvent, PushRefusedError, PushSubject
from app.shops.wechat import callback
from app.shops.wechat.settings import WechatSettings
from app.simulators.wechat import push_crypto
from tests.shops.wechat.recording import CONFIG

DATA = Path(__file__).parents[2] / "data" / "wechat"
VECTORS = json.loads((DATA / "callback_crypto_test_vector.json").read_text(encoding="utf-8"))
EVENTS = sorted((DATA / "events").glob("*.json"))
KEYS = {"push_token": VECTORS["token"], "push_aes_key": VECTORS["encoding_aes_key"]}
AT = datetime(2026, 1, 1, tzinfo=UTC)  # the vectors' own times lie within minutes of it


def reader(**changes: Any) -> callback.WechatPush:
    config = {**CONFIG, "app_id": VECTORS["appid"], **KEYS, **changes}
    return callback.WechatPush(WechatSettings.from_config(config))


def vector(name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(v for v in VECTORS["vectors"] if v["name"] == name)
    return found


def query_of(name: str) -> dict[str, str]:
    return dict(parse_qsl(vector(name)["http_query"]))


def plain_query(*, at: datetime = AT, nonce: str = "7") -> dict[str, str]:
    stamp = str(int(at.timestamp()))
    return {
        "timestamp": stamp,
        "nonce": nonce,
        "signature": callback.signature(KEYS["push_token"], stamp, nonce),
    }


def refusal(**call: Any) -> PushRefusedError:
    read = call.pop("by", None) or reader()
    with pytest.raises(PushRefusedError) as caught:
        read.read(call["query"], call["body"], call.get("now", AT))
    return caught.value


# -- the published vectors ----------------------------------------------------------------------


def test_address_is_verified_and_the_echo_comes_back_as_it_is() -> None:
    asked = VECTORS["url_verification"]
    assert reader().verify(asked, AT) == asked["reply_body"]
    with pytest.raises(PushRefusedError) as caught:
        reader().verify({**asked, "nonce": "1"}, AT)
    assert caught.value.forged


def test_key_of_43_characters_is_decoded_leniently() -> None:
    assert callback.aes_key(KEYS["push_aes_key"]).hex() == VECTORS["aes_key_hex"]
    # The last character holds two bits that do not count: G and H are the same key.
    other = KEYS["push_aes_key"][:-1] + "H"
    assert callback.aes_key(other) == callback.aes_key(KEYS["push_aes_key"])


@pytest.mark.parametrize("name", [v["name"] for v in VECTORS["vectors"]])
def test_published_vectors_are_decrypted(name: str) -> None:
    known = vector(name)
    key = callback.aes_key(KEYS["push_aes_key"])
    clear = callback.decrypt(key, VECTORS["appid"], known["encrypt"])
    assert clear == known["msg"].encode()
    assert len(clear) == known["msg_utf8_bytes"]
    event = reader().read(query_of(name), known["http_body"].encode(), AT)
    assert event is not None
    assert event.event in known["msg"]


@pytest.mark.parametrize("name", [v["name"] for v in VECTORS["vectors"]])
def test_published_vectors_are_written_byte_for_byte(name: str) -> None:
    """The simulator's own cipher, so that it cannot share a mistake with the reader."""
    known = vector(name)
    sealed = push_crypto.encrypt(
        KEYS["push_aes_key"], VECTORS["appid"], known["msg"].encode(), known["random16"].encode()
    )
    assert sealed == known["encrypt"]
    parts = (KEYS["push_token"], known["timestamp"], known["nonce"])
    assert push_crypto.sign(*parts) == known["signature"]
    assert push_crypto.sign(*parts, sealed) == known["msg_signature"]


@pytest.mark.parametrize("length", range(70))
def test_messages_of_every_length_come_back(length: int) -> None:
    """Every padding from 1 to 32 is met, the one of a whole block too."""
    message = ("单" * length).encode()[:length]
    sealed = push_crypto.encrypt(KEYS["push_aes_key"], "wx1", message, b"0123456789abcdef")
    key = callback.aes_key(KEYS["push_aes_key"])
    assert callback.decrypt(key, "wx1", sealed) == message


# -- forgeries ----------------------------------------------------------------------------------


# trap 38
def test_a_message_is_believed_for_its_signature_and_for_nothing_else() -> None:
    """Source addresses are not published: no address is asked for anywhere, only the proof."""
    body = vector("json_order_pay")["http_body"].encode()
    good = query_of("json_order_pay")
    assert reader().read(good, body, AT) is not None
    for name in ("msg_signature", "timestamp", "nonce"):
        wrong = {**good, name: good[name][:-1] + ("1" if good[name][-1] != "1" else "2")}
        assert refusal(query=wrong, body=body).forged
        assert refusal(query={k: v for k, v in good.items() if k != name}, body=body).forged


def test_message_for_another_shop_is_refused() -> None:
    known = vector("json_order_pay")
    other = reader(app_id="wx0000000000000000")
    error = refusal(by=other, query=query_of(known["name"]), body=known["http_body"].encode())
    assert error.forged
    assert "app id" in error.reason


@pytest.mark.parametrize(
    "spoil",
    [
        lambda clear: clear[:-1] + b"\x00",  # no padding at all
        lambda clear: clear[:-1] + b"\x21",  # 33: more than a block
        lambda clear: clear[:-2] + bytes([clear[-1] ^ 1]) + clear[-1:],  # unequal bytes
        lambda clear: clear[:16] + b"\xff\xff\xff\xff" + clear[20:],  # a length beyond the end
        lambda clear: clear[:16] + b"\x00\x00\x00\x01" + clear[20:],  # a length too short
    ],
)
def test_padding_and_length_are_checked(spoil: Any) -> None:
    known = vector("json_order_pay")
    clear = push_crypto.padded(VECTORS["appid"], known["msg"].encode(), known["random16"].encode())
    sealed = push_crypto.encrypt_block(KEYS["push_aes_key"], spoil(clear))
    stamp, nonce = known["timestamp"], known["nonce"]
    query = {
        "timestamp": stamp,
        "nonce": nonce,
        "msg_signature": callback.signature(KEYS["push_token"], stamp, nonce, sealed),
    }
    assert refusal(query=query, body=json.dumps({"Encrypt": sealed}).encode()).forged


@pytest.mark.parametrize("sealed", ["", "A", "not base64!", "QUJD", "Q" * 5000])
def test_nonsense_in_the_place_of_the_cipher_is_refused(sealed: str) -> None:
    stamp, nonce = str(int(AT.timestamp())), "1"
    query = {
        "timestamp": stamp,
        "nonce": nonce,
        "msg_signature": callback.signature(KEYS["push_token"], stamp, nonce, sealed),
    }
    assert refusal(query=query, body=json.dumps({"Encrypt": sealed}).encode()).forged


def test_old_messages_are_refused_unless_the_window_is_off() -> None:
    known = vector("json_order_pay")
    body, query = known["http_body"].encode(), query_of("json_order_pay")
    late = datetime(2026, 1, 1, 0, 16, tzinfo=UTC)
    assert refusal(query=query, body=body, now=late).forged
    assert reader(push_window_minutes=0).read(query, body, late) is not None
    assert reader(push_window_minutes=20).read(query, body, late) is not None


def test_plain_messages_need_the_plain_mode() -> None:
    body = EVENTS[0].read_bytes()
    assert refusal(query=plain_query(), body=body).reason == "not encrypted"
    plain = reader(push_mode="plain")
    assert plain.read(plain_query(), body, AT) is not None
    assert refusal(by=plain, query={**plain_query(), "nonce": "8"}, body=body).forged


def test_compatible_mode_believes_the_encrypted_part() -> None:
    known = vector("json_order_pay")
    sealed = json.loads(known["http_body"])
    both = {**sealed, "MsgType": "event", "Event": "forged", "order_info": {"order_id": "1"}}
    for mode in ("secure", "plain"):
        event = reader(push_mode=mode).read(query_of(known["name"]), json.dumps(both).encode(), AT)
        assert event is not None
        assert event.event == "channels_ec_order_pay"


def test_compatible_mode_without_a_key_reads_the_plain_part() -> None:
    body = json.loads(vector("json_order_pay")["http_body"]) | json.loads(EVENTS[0].read_bytes())
    event = reader(push_mode="plain", push_aes_key="").read(
        plain_query(), json.dumps(body).encode(), AT
    )
    assert event is not None
    assert event.event == "channels_ec_aftersale_update"


# -- bodies -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        b"[1]",
        b'{"MsgType": "event"',
        b'{"MsgType": "event"}',
        b"\xff\xfe",
        b"[" * 100_000,
        b"1" * 10_000,
        b"<xml>",
        b"<xml>text</xml>",
        b"<other><MsgType>event</MsgType></other>",
        b'<!DOCTYPE xml [<!ENTITY a "b">]><xml><MsgType>event</MsgType><Event>&a;</Event></xml>',
        b'<!DOCTYPE xml SYSTEM "http://127.0.0.1/x"><xml><MsgType>event</MsgType></xml>',
        b"<xml>" + b"<a>" * 50 + b"</a>" * 50 + b"</xml>",
    ],
)
def test_bodies_that_cannot_be_read_are_refused_without_harm(body: bytes) -> None:
    error = refusal(by=reader(push_mode="plain"), query=plain_query(), body=body)
    assert not error.forged


def test_unreadable_body_is_not_told_from_a_wrong_signature() -> None:
    query = {**plain_query(), "signature": "0" * 40}
    assert refusal(by=reader(push_mode="plain"), query=query, body=b"hello").forged


def test_a_buyers_chat_is_no_event_and_nothing_of_it_is_kept() -> None:
    chat = {"ToUserName": "gh_1", "FromUserName": "o1", "MsgType": "text", "Content": "在吗"}
    got = reader(push_mode="plain").read(plain_query(), json.dumps(chat).encode(), AT)
    assert got is None


def _as_xml(message: Mapping[str, Any], name: str = "xml") -> str:
    inside = "".join(
        _as_xml(v, k) if isinstance(v, dict) else f"<{k}><![CDATA[{v}]]></{k}>"
        for k, v in message.items()
    )
    return f"<{name}>{inside}</{name}>"


@pytest.mark.parametrize("file", EVENTS, ids=lambda f: f.stem)
def test_every_sample_event_reads_the_same_as_json_and_as_xml(file: Path) -> None:
    message = json.loads(file.read_text(encoding="utf-8"))
    plain = reader(push_mode="plain")
    as_json = plain.read(plain_query(), file.read_bytes(), AT)
    as_xml = plain.read(plain_query(), _as_xml(message).encode(), AT)
    assert as_json is not None
    assert as_json == as_xml
    assert as_json.event == message["Event"]
    assert as_json.happened_at == datetime.fromtimestamp(message["CreateTime"], UTC)
    assert as_json.facts
    kept = json.dumps(dict(as_json.facts), ensure_ascii=False)
    assert message["FromUserName"] not in kept
    assert "签收" not in kept


# trap 10
# trap 11
@pytest.mark.parametrize("kind", [int, str])
def test_ids_are_the_same_as_numbers_and_as_text(kind: type[int] | type[str]) -> None:
    """Events of one family disagree: order_new has a number, order_pay a text."""
    message = {
        "CreateTime": kind(1767225600),
        "MsgType": "event",
        "Event": "channels_ec_order_ext_info_update",
        "order_info": {"order_id": kind(3732000000000000101), "type": kind(7)},
    }
    got = reader(push_mode="plain").read(plain_query(), json.dumps(message).encode(), AT)
    assert got == PushedEvent(
        "channels_ec_order_ext_info_update",
        AT,
        {"order_id": "3732000000000000101", "type": "7"},
        PushSubject.URGED,
    )
    assert got.once == PushedEvent(got.event, AT, {"type": "7", **got.facts}).once


SUBJECTS = {
    "channels_ec_order_settle": PushSubject.NONE,
    "channels_ec_order_ext_info_update_type07_buyer_urges_shipping": PushSubject.URGED,
    "channels_ec_aftersale_update": PushSubject.AFTER_SALE,
    "channels_ec_present_aftersale_update": PushSubject.AFTER_SALE,
    "channels_ec_complaint_update": PushSubject.AFTER_SALE,
    "channels_ec_guarantee_update": PushSubject.NONE,
    "channels_ec_stock_no_enough": PushSubject.STOCK,
    "ewaybill_push_path": PushSubject.CARRIER_STEP,
    "product_category_audit": PushSubject.NONE,
    "product_order_status_update": PushSubject.ORDER,
    **{f"dropship_order_{what}": PushSubject.NONE for what in ("new", "update", "cancel")},
    **{f"product_spu_{w}": PushSubject.LISTING for w in ("audit", "listing", "update")},
}


@pytest.mark.parametrize("file", EVENTS, ids=lambda f: f.stem)
def test_every_sample_event_is_handled_or_left_out_on_purpose(file: Path) -> None:
    event = callback.event_of(json.loads(file.read_text(encoding="utf-8")))
    assert event is not None
    assert event.subject is SUBJECTS.get(file.stem, PushSubject.ORDER)


@pytest.mark.parametrize("kind", ["1", "6", "13"])
def test_changes_that_no_parcel_shows_cost_no_call(kind: str) -> None:
    message = {
        "MsgType": "event",
        "Event": "channels_ec_order_ext_info_update",
        "order_info": {"order_id": "1", "type": kind},
    }
    event = callback.event_of(message)
    assert event is not None
    assert event.subject is PushSubject.NONE


@pytest.mark.parametrize("kind", ["16", "17", "18", "19", "20", "99", ""])
def test_every_other_change_of_an_order_is_read_again(kind: str) -> None:
    message = {
        "MsgType": "event",
        "Event": "channels_ec_order_ext_info_update",
        "order_info": {"order_id": "1", "type": kind},
    }
    event = callback.event_of(message)
    assert event is not None
    assert event.subject is PushSubject.ORDER


def test_a_carriers_step_is_told_by_its_code_not_by_its_words() -> None:
    """The platform's own sample has status 1 with the text "signed"."""
    message = {
        "MsgType": "event",
        "Event": "ewaybill_push_path",
        "waybill_info": {"waybill_id": "78900000000001", "status": 1, "desc": "您的快件已签收"},
    }
    event = callback.event_of(message)
    assert event is not None
    assert event.facts["stage"] == "picked_up"
    assert "desc" not in event.facts


def test_events_nobody_knows_are_taken_and_left_alone() -> None:
    event = callback.event_of({"MsgType": "event", "Event": "channels_ec_brand", "order_id": "1"})
    assert event is not None
    assert event.subject is PushSubject.NONE


def test_two_events_of_one_second_differ_by_their_facts() -> None:
    first = PushedEvent("x", AT, {"order_id": "1", "type": "4"})
    assert first.once != PushedEvent("x", AT, {"order_id": "1", "type": "7"}).once
    assert first.once != PushedEvent("y", AT, dict(first.facts)).once
    assert len(first.once) == 40


# -- settings -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"push_aes_key": "short"}, "push_aes_key"),
        ({"push_aes_key": ""}, "push_aes_key"),
        ({"push_token": ""}, "push_token"),
        ({"push_token": "two words"}, "push_token"),
        ({"push_mode": "open"}, "push_mode"),
        ({"push_window_minutes": -1}, "push_window_minutes"),
        ({"push_only": "yes"}, "push_only"),
    ],
)
def test_wrong_push_settings_are_named_without_their_values(
    changes: dict[str, Any], key: str
) -> None:
    with pytest.raises(UserError) as caught:
        WechatSettings.from_config({**CONFIG, **KEYS, **changes})
    assert caught.value.ref.endswith(key)
    assert "two words" not in str(caught.value)
    assert KEYS["push_aes_key"] not in str(caught.value)


def test_a_place_that_only_forwards_needs_no_app_secret() -> None:
    config = {k: v for k, v in CONFIG.items() if k != "app_secret"} | KEYS
    got = WechatSettings.from_config({**config, "push_only": True})
    assert callback.reader_of(got) is not None
    assert KEYS["push_token"] not in repr(got)
    assert KEYS["push_aes_key"] not in repr(got)


def test_without_a_token_there_is_no_reader() -> None:
    assert callback.reader_of(WechatSettings.from_config(CONFIG)) is None
