"""What an account says it can do is what its source can do, for every registered carrier."""

from __future__ import annotations

import pytest

from app.carriers.registry import CARRIERS, make_source
from app.ports import PARTS, Capability, WaybillSource, has
from app.ports.carriers import ChecksFields
from tests.carriers.contract_entries import CONTRACTS
from tests.carriers.recording import RecordingTransport
from tests.support.clock import FakeClock


def _sources(code: str, clock: FakeClock) -> list[WaybillSource]:
    """Each contract of the carrier as it is, and with all that an agreement may add."""
    accounts = [
        config
        for contract in CONTRACTS
        if contract.code == code
        for config in (contract.config, {**contract.config, **contract.extras})
    ]
    assert accounts
    return [make_source(config, RecordingTransport(), clock) for config in accounts]


@pytest.mark.parametrize("code", [carrier.code for carrier in CARRIERS])
def test_a_named_capability_is_a_part_of_the_source(code: str, clock: FakeClock) -> None:
    for source in _sources(code, clock):
        named = [c for c in source.capabilities if c in PARTS]
        assert [c for c in named if not has(source, c)] == []


@pytest.mark.parametrize("code", [carrier.code for carrier in CARRIERS])
def test_a_part_that_no_account_names_is_not_written(code: str, clock: FakeClock) -> None:
    sources = _sources(code, clock)
    written = {c for c, part in PARTS.items() for source in sources if isinstance(source, part)}
    named = {c for source in sources for c in source.capabilities}
    assert written <= named


@pytest.mark.parametrize("code", [carrier.code for carrier in CARRIERS])
def test_what_the_registry_promises_some_account_keeps(code: str, clock: FakeClock) -> None:
    (promised,) = (carrier.capabilities for carrier in CARRIERS if carrier.code == code)
    assert any(promised <= source.capabilities for source in _sources(code, clock))


@pytest.mark.parametrize("code", [carrier.code for carrier in CARRIERS])
def test_who_gives_numbers_checks_the_fields_of_a_booking(code: str, clock: FakeClock) -> None:
    for source in _sources(code, clock):
        if Capability.CREATE in source.capabilities:
            assert isinstance(source, ChecksFields)
