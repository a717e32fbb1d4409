"""SF with OAuth2: a token instead of a digest."""

from __future__ import annotations

import pytest

from app.carriers.registry import make_source
from app.domain.waybills import Issued, NotSent, ProblemClass, Rejected
from app.net.transport import Response
from app.ports import WaybillSource
from tests.carriers.recording import RecordingTransport, answer, no_answer, nothing_left, page
from tests.carriers.samples import SF_CONFIG, sample, sf_booking
from tests.support.clock import FakeClock

_FOUND = sample("sf_search_order.response")
_ERRORS = {case["name"]: case["body"] for case in sample("sf_create_order.errors")["cases"]}
_PLATFORM = {
    case["body"]["apiResultCode"]: case["body"] for case in sample("sf_platform_errors")["cases"]
}


@pytest.fixture
def by_token(transport: RecordingTransport, clock: FakeClock) -> WaybillSource:
    return make_source(SF_CONFIG | {"signature": "oauth"}, transport, clock)


def token(text: str, lives_s: int = 5150) -> Response:
    body = sample("sf_oauth")["response"]
    return answer(body | {"accessToken": text, "expiresIn": lives_s})


def test_a_token_replaces_the_digest_and_is_kept_until_it_expires(
    by_token: WaybillSource, transport: RecordingTransport, clock: FakeClock
) -> None:
    body = answer(_FOUND["body"])
    transport.will(token("T1"), body, body, token("T2"), body)
    by_token.reconcile(sf_booking())
    by_token.reconcile(sf_booking())
    clock.advance(5150 - 60)
    by_token.reconcile(sf_booking())
    first, *calls = transport.sent
    assert first.url == "https://sfapi-sbox.sf-express.com/oauth2/accessToken"
    assert first.form == {
        "partnerID": "FAKEPARTNER1",
        "secret": SF_CONFIG["checkword"],
        "grantType": "password",
    }
    assert [c.form.get("accessToken") for c in calls] == ["T1", "T1", None, "T2"]
    assert all("msgDigest" not in c.form for c in calls)


def test_a_token_without_a_life_is_kept_for_a_minute(
    by_token: WaybillSource, transport: RecordingTransport, clock: FakeClock
) -> None:
    body = answer(_FOUND["body"])
    short = answer(sample("sf_oauth")["response"] | {"expiresIn": None})
    transport.will(short, body, body, short, body)
    by_token.reconcile(sf_booking())
    clock.advance(59)
    by_token.reconcile(sf_booking())
    clock.advance(2)
    by_token.reconcile(sf_booking())
    assert ["accessToken" in s.form for s in transport.sent] == [False, True, True, False, True]


@pytest.mark.parametrize("code", ["A1002", "A1011"])
def test_a_refused_token_is_renewed_once(
    by_token: WaybillSource, transport: RecordingTransport, code: str
) -> None:
    no = answer(_PLATFORM[code])
    transport.will(token("T1"), no, token("T2"), answer(_FOUND["body"]))
    assert isinstance(by_token.reconcile(sf_booking()), Issued)
    transport.will(no, token("T3"), no)
    outcome = by_token.create(sf_booking())
    assert isinstance(outcome, Rejected)
    assert outcome.problem.kind is ProblemClass.AUTH
    ids = [s.form["requestID"] for s in transport.sent if "requestID" in s.form]
    assert len(set(ids)) == len(ids) == 4


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        (answer(sample("sf_oauth")["response_bad"]), Rejected),
        (page(403), Rejected),
        (no_answer(), NotSent),
        (page(502), NotSent),
        (nothing_left(), NotSent),
        (answer(sample("sf_oauth")["response"] | {"accessToken": None}), NotSent),
    ],
)
def test_without_a_token_nothing_was_booked(
    by_token: WaybillSource,
    transport: RecordingTransport,
    given: Response | Exception,
    outcome: type,
) -> None:
    transport.will(given)
    assert isinstance(by_token.create(sf_booking()), outcome)
    assert len(transport.sent) == 1


def test_the_token_of_the_production_gateway_comes_from_the_older_production_address(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    config = SF_CONFIG | {"signature": "oauth"}
    config["base_url"] = "https://bspgw.sf-express.com/std/service"
    make_source(config, transport.will(page(403)), clock).check()
    config["oauth_url"] = "https://gate.example/token"
    make_source(config, transport.will(page(403)), clock).check()
    assert [s.url for s in transport.sent] == [
        "https://sfapi.sf-express.com/oauth2/accessToken",
        "https://gate.example/token",
    ]
