"""A printer that hangs on one computer is driven by that computer's bench alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.bootstrap import Services, adapters
from app.domain.errors import UserError
from app.domain.states import Document, Route
from app.domain.text import T
from app.ports import Health, PrinterConfig
from app.services import configuring, diagnosis
from app.services.printing import owners
from app.services.printing.printers import (
    add_printer,
    all_printers,
    change_printer,
    config_of,
    own_printers,
    printer_for,
    settings_of,
    status_of,
)
from app.settings import LocalSettings, parse_config, write_local
from tests.support.benches import hand_over_key, services_of
from tests.support.clock import FakeClock
from tests.support.postgres import fresh_database

OF_A = """
[[printer]]
name = "usb"
language = "tspl"
address = "usb:0483:5740"

[[printer]]
name = "net"
language = "zpl"
address = "tcp://192.0.2.7:9100"
documents = ["slip"]
"""
OF_B = OF_A.replace('name = "usb"', 'name = "usb-b"')


@pytest.fixture
def two(server: str, tmp_path: Path, clock: FakeClock) -> Iterator[tuple[Services, Services]]:
    with fresh_database(server) as url:
        for name in "AB":
            (tmp_path / name).mkdir()
            write_local(tmp_path / name / "settings.toml", LocalSettings(database_url=url))
        with services_of(tmp_path / "A", clock, "A") as a:
            hand_over_key(a, tmp_path / "B")
            with services_of(tmp_path / "B", clock, "B") as b:
                yield a, b


def _apply(at: Services, toml: str) -> dict[str, str]:
    config = parse_config(toml.encode(), adapters(), {})
    changes = configuring.apply(at.work, at.secrets, config)
    return {c.name: c.result for c in changes if c.section == "printer"}


def _owners(at: Services) -> dict[str, str]:
    with at.work.db.read() as tx:
        return {p.name: p.bench for p in all_printers(tx)}


def test_each_bench_has_its_own_and_both_have_the_network_printer(
    two: tuple[Services, Services],
) -> None:
    a, b = two
    assert _apply(a, OF_A) == {"usb": "new", "net": "new"}
    assert _apply(a, OF_A) == {"usb": "same", "net": "same"}
    assert _apply(b, OF_B) == {"usb-b": "new", "net": "same"}
    assert _owners(a) == {"usb": "A", "usb-b": "B", "net": ""}
    with a.work.db.read() as tx:
        assert [p.name for p in own_printers(tx, "B")] == ["usb-b", "net"]
        assert printer_for(tx, "A", Route.DIRECT, Document.LABEL, None) == "usb"
        assert printer_for(tx, "B", Route.DIRECT, Document.LABEL, None) == "usb-b"
        refused = printer_for(tx, "B", Route.DIRECT, Document.LABEL, "usb")
        assert isinstance(refused, UserError)
        assert refused.code == "printer_elsewhere"
    for look in (b.outside.printer, lambda name: status_of(b.work, name)):
        with pytest.raises(UserError) as caught:
            look("usb")
        assert caught.value.code == "printer_elsewhere"
    assert a.outside.printer("usb").config.bench == "A"


def test_doctor_asks_its_own_printers_only(two: tuple[Services, Services]) -> None:
    a, b = two
    _apply(a, OF_A.partition('[[printer]]\nname = "net"')[0])
    fonts = Health(True, T("Complete."))
    said = {str(f.what): f for f in diagnosis.examine(b.work, b.secrets, lambda: fonts)}
    assert said["Printer usb"].message == T("It belongs to bench {bench}.", bench="A")


def test_a_name_that_another_bench_has_is_refused(two: tuple[Services, Services]) -> None:
    a, b = two
    _apply(a, OF_A)
    with pytest.raises(UserError) as caught:
        _apply(b, OF_A)
    assert caught.value.code == "printer_of_other_bench"
    assert _owners(b) == {"usb": "A", "net": ""}
    knows = OF_A.replace('address = "usb:0483:5740"', 'address = "usb:0483:5741"\nbench = "A"')
    assert _apply(b, knows)["usb"] == "changed"
    assert _owners(b)["usb"] == "A"
    with pytest.raises(UserError) as caught:
        add_printer(b.work, PrinterConfig("usb", "tspl", "usb:0483:5740"))
    assert caught.value.code == "printer_of_other_bench"


def test_what_is_set_up_by_hand_belongs_to_the_bench_too(two: tuple[Services, Services]) -> None:
    a, b = two
    add_printer(a.work, PrinterConfig("new", "tspl", "usb:0483:5740"))
    assert _owners(b) == {"new": "A"}
    assert change_printer(a.work, "new", bench=None) == {"bench": "A"}
    assert b.outside.printer("new").config.bench == ""


def test_a_database_of_one_computer_has_no_owners(tmp_path: Path, clock: FakeClock) -> None:
    with services_of(tmp_path, clock, "A") as alone:
        _apply(alone, OF_A)
        assert _owners(alone) == {"usb": "", "net": ""}
        with alone.work.db.write() as tx:
            assert owners.claim(tx, "A") == 1
        assert _owners(alone) == {"usb": "A", "net": ""}


@pytest.mark.parametrize(
    ("address", "here"),
    [
        ("usb:0483:5740", True),
        ("serial:COM3", True),
        ("queue:Zebra", True),
        ("file:/dev/usb/lp0", True),
        ("ws://127.0.0.1:12705", True),
        ("tcp://localhost:9100", True),
        ("ipp://[::1]/ipp/print", True),
        ("tcp://192.168.1.50:9100", False),
        ("ipps://printer.local/ipp/print", False),
        ("ws://127-0.example:12705", False),
    ],
)
def test_which_addresses_mean_one_computer(address: str, here: bool) -> None:
    assert owners.hangs_on_a_computer(address) is here


def test_the_owner_is_stored_like_every_other_setting() -> None:
    config = PrinterConfig("p", "tspl", "usb:0483:5740", bench="A")
    assert replace(config_of("p", settings_of(config)), options=None) == config
