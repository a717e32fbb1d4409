"""The print component when it restarts, talks nonsense, or runs twice: no label is lost or doubled.

Its own program is the simulated one, over a real WebSocket.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import connect

from app.domain.errors import RetryableError, UserError
from app.domain.labels import PlatformLabel
from app.ports import DeviceState, PlatformPrinter, SendResult
from app.simulators.print_component import PrintComponent, PrinterInfo
from app.simulators.print_faults import Garble
from app.simulators.server import LoopbackServer
from app.simulators.wechat.print_blob import seal
from printing.devices.component import PrintComponent as Device
from printing.fonts import BOLD_FILE, FONT_FOLDER, REGULAR_FILE
from printing.options import read_options
from tests.printing.samples import usual_labels
from tests.printing.test_component import CONTENTS, LABEL, printer_at

FONTS = {"font_path": FONT_FOLDER / REGULAR_FILE, "bold_font_path": FONT_FOLDER / BOLD_FILE}
PRINTERS = (PrinterInfo("_KM_202_NEW_", "KM-202(NEW)"), PrinterInfo("back", "Back room"))
SAMPLES = Path(__file__).parents[1] / "data" / "wechat" / "print_component_messages.json"


@pytest.fixture
def component() -> Iterator[PrintComponent]:
    with PrintComponent(PRINTERS, **FONTS) as running:  # type: ignore[arg-type]  # both are paths
        yield running


def platform_printer(url: str, **options: object) -> PlatformPrinter:
    printer = printer_at(url, **options)  # type: ignore[arg-type]  # the test's own keywords
    assert isinstance(printer, PlatformPrinter)
    return printer


def test_version_and_printers_are_told_as_in_the_platforms_own_sample(
    component: PrintComponent,
) -> None:
    found = platform_printer(component.url).about()
    sample = json.loads(SAMPLES.read_text(encoding="utf-8"))
    assert found.version == sample["getAppInfo"]["recv"]["appInfo"]["version"]
    (listed,) = sample["getPrinterList"]["recv"]["printerList"]
    first = found.printers[0]
    assert (first.name, first.display_name, first.status) == (
        listed["name"],
        listed["displayName"],
        listed["status"],
    )
    assert found.other_version == ""


def test_status_names_the_version_and_the_printers(component: PrintComponent) -> None:
    status = printer_at(component.url).status()
    assert status.state is DeviceState.READY
    for word in ("1.3.4", "KM-202(NEW)", "Back room"):
        assert word in str(status.message)


@pytest.mark.parametrize("garble", [Garble.NOISE_FIRST])
def test_frames_that_are_no_answer_are_passed_over(
    component: PrintComponent, garble: Garble
) -> None:
    component.faults.garble(garble)
    assert printer_at(component.url).print_paper(LABEL).result is SendResult.CONFIRMED
    assert component.prints_of_waybill(LABEL.number) == 1


@pytest.mark.parametrize("garble", [Garble.OTHER_ID, Garble.NOT_JSON, Garble.HUGE, Garble.DEEP])
def test_an_answer_that_cannot_be_read_leaves_the_label_in_doubt(
    component: PrintComponent, garble: Garble
) -> None:
    component.faults.garble(garble)
    sent = printer_at(component.url, timeout_s=0.5).print_paper(LABEL)
    assert sent.result is SendResult.UNKNOWN
    assert component.prints_of_waybill(LABEL.number) == 1


def test_status_survives_nonsense(component: PrintComponent) -> None:
    for garble in Garble:
        component.faults.garble(garble)
        status = printer_at(component.url, timeout_s=0.5).status()
        wanted = DeviceState.READY if garble is Garble.NOISE_FIRST else DeviceState.OFFLINE
        assert status.state is wanted


def test_after_a_restart_the_next_label_is_tried_again() -> None:
    with PrintComponent(PRINTERS, **FONTS) as first:  # type: ignore[arg-type]  # both are paths
        port = int(first.url.rpartition(":")[2])
        printer = printer_at(first.url)
        first.faults.crash()
        assert printer.print_paper(LABEL).result is SendResult.UNKNOWN
        first.stop()
        assert printer.print_paper(_label("2")).result is SendResult.NOT_STARTED
    with PrintComponent(PRINTERS, port=port, **FONTS) as second:  # type: ignore[arg-type]  # see above
        assert printer.print_paper(_label("2")).result is SendResult.CONFIRMED
        assert [p.waybill for p in second.papers] == ["2"]


def _label(number: str) -> PlatformLabel:
    return PlatformLabel(number, seal({**CONTENTS, "waybill": number}), f"job-{number}")


def test_two_versions_that_answer_in_turn_are_told_apart(component: PrintComponent) -> None:
    component.faults.versions("1.3.4", "1.2.0")
    status = printer_at(component.url).status()
    assert status.state is DeviceState.ERROR
    assert not status.can_start
    assert "1.3.4" in str(status.message)
    assert "1.2.0" in str(status.message)
    assert "older" in str(status.remedy)
    assert platform_printer(component.url).about().other_version == "1.2.0"


def test_another_program_at_the_port_is_said_so() -> None:
    with LoopbackServer() as other:
        url = other.base_url.replace("http://", "ws://")
        printer = platform_printer(url)
        with pytest.raises(RetryableError) as caught:
            printer.about()
        assert caught.value.code == "component_foreign"
        sent = printer_at(url).print_paper(LABEL)
        assert sent.result is SendResult.NOT_STARTED
        assert sent.status is not None
        assert "older" in str(sent.status.remedy)
        assert printer_at(url).status().state is DeviceState.OFFLINE


def test_a_component_that_does_not_run_is_offline_for_about() -> None:
    with pytest.raises(RetryableError) as caught:
        platform_printer("ws://127.0.0.1:9").about()
    assert caught.value.code == "component_offline"


def test_a_status_code_counts_as_offline_only_when_it_is_named(component: PrintComponent) -> None:
    component.faults.go_offline("back")
    assert printer_at(component.url, printer="back").status().state is DeviceState.READY
    named = printer_at(component.url, printer="back", offline_codes="0, 4")
    assert named.status().state is DeviceState.OFFLINE
    first = printer_at(component.url, offline_codes="0")
    assert first.status().state is DeviceState.READY


def test_the_names_of_the_paper_size_can_be_told() -> None:
    with PrintComponent(PRINTERS, size_names=("w", "h"), **FONTS) as other:  # type: ignore[arg-type]  # both are paths
        usual = printer_at(other.url, "100x150").print_paper(LABEL)
        assert usual.result is SendResult.NOT_STARTED
        told = printer_at(other.url, "100x150", size_names="w,h").print_paper(LABEL)
        assert told.result is SendResult.CONFIRMED
    with pytest.raises(UserError) as caught:
        printer_at("ws://127.0.0.1:1", size_names="w")
    assert caught.value.code == "printer_option"


def test_a_preview_is_shown_and_nothing_is_printed(component: PrintComponent) -> None:
    printer = platform_printer(component.url)
    assert printer.preview(LABEL).result is SendResult.CONFIRMED
    assert [p.waybill for p in component.previews] == [LABEL.number]
    assert component.papers == []
    component.faults.garble(Garble.OTHER_ID)  # whether a preview is answered is not documented
    quiet = platform_printer(component.url, timeout_s=0.3)
    assert quiet.preview(LABEL).result is SendResult.SENT
    broken = PlatformLabel("1", "no print info")
    assert printer.preview(broken).result is SendResult.NOT_STARTED
    with pytest.raises(UserError) as caught:
        printer.preview(usual_labels()["zto"])
    assert caught.value.code == "component_only"


def test_the_platforms_own_print_message_is_understood_by_both(component: PrintComponent) -> None:
    """The simulator takes the sample as it is; what it answers is what the client judges."""
    sample = json.loads(SAMPLES.read_text(encoding="utf-8"))["print"]
    message: dict[str, Any] = sample["send"]
    for task in message["taskList"]:
        task["printInfo"] = LABEL.print_info
    component.faults.paper_left("_KM_202_NEW_", 1)
    with connect(component.url, compression=None) as line:
        line.send(json.dumps(message))
        answer = json.loads(line.recv())
    assert [set(r) for r in answer["results"]] == [set(r) for r in sample["recv"]["results"]]
    assert [r["success"] for r in answer["results"]] == [True, False]


@pytest.mark.parametrize(
    ("results", "wanted"),
    [
        ([{"success": True}], SendResult.CONFIRMED),
        ([{"taskID": "job-1", "success": 1}], SendResult.CONFIRMED),
        ([{"taskID": "job-1", "success": "false"}], SendResult.NOT_STARTED),
        ([{"taskID": "job-1", "success": None}], SendResult.UNKNOWN),
        ([{"taskID": "job-1", "success": []}], SendResult.UNKNOWN),
        ([{"success": True}, {"success": True}], SendResult.UNKNOWN),
        ([7, None, {"taskID": "job-1", "success": True}], SendResult.CONFIRMED),
    ],
)
def test_other_shapes_of_a_result_are_judged_with_care(
    monkeypatch: pytest.MonkeyPatch,
    component: PrintComponent,
    results: list[Any],
    wanted: SendResult,
) -> None:
    monkeypatch.setattr(component, "_print", lambda head, _: {**head, "results": results})
    assert printer_at(component.url).print_paper(LABEL).result is wanted


def test_cut_paper_always_has_its_size(component: PrintComponent) -> None:
    config = printer_at(component.url, split=2).config
    device = Device(component.url, read_options(config))
    assert device._page() == {"size": {"width": 76.0, "height": 130.0}}
    assert device.print_label(LABEL).result is SendResult.CONFIRMED
