"""The platform's print component: what its words mean for a label."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.sync.server import ServerConnection, serve

from app.domain.errors import UserError
from app.domain.labels import PlatformLabel
from app.ports import DeviceState, Printer, PrinterConfig, SendResult, Sent
from app.simulators.print_component import PrintComponent, PrinterInfo
from app.simulators.wechat.print_blob import seal
from printing.fonts import BOLD_FILE, FONT_FOLDER, REGULAR_FILE
from printing.registry import make_printer
from tests.printing.samples import OWN, pick_list, slip, usual_labels

CONTENTS: dict[str, Any] = {
    "ewaybill_order_id": "3878000000000000166", "waybill": "78900000000001", "delivery_id": "ZTO",
    "carrier": "中通快递", "route": "350-A12 08", "remark": "",
    "receiver": {"name": "林晓", "tel": "18300002807", "province": "福建省", "city": "福州市",
                 "county": "罗源县", "address": "示例路1号"},
    "sender": {"name": "仓库", "mobile": "13900000000", "province": "上海市", "city": "上海市",
               "county": "青浦区", "street": "华新镇", "address": "示例路1号仓"},
    "goods": [{"name": "棉质T恤", "count": 2}], "order_ids": ["3732000000000000101"],
    "box": 1, "boxes": 1,
}  # fmt: skip
LABEL = PlatformLabel("78900000000001", seal(CONTENTS), "job-1", 3, 20, OWN)


@pytest.fixture
def component() -> Iterator[PrintComponent]:
    with PrintComponent(
        (PrinterInfo("KM-202", "KM-202(NEW)"), PrinterInfo("back", "Back room")),
        font_path=FONT_FOLDER / REGULAR_FILE,
        bold_font_path=FONT_FOLDER / BOLD_FILE,
    ) as running:
        yield running


def printer_at(url: str, media: str = "76x130", **options: object) -> Printer:
    patient = {"connect_timeout_s": 10.0, "timeout_s": 30.0, **options}
    return make_printer(PrinterConfig("platform", "component", url, media=media, options=patient))


def test_printed_label_is_confirmed_and_carries_our_job_key(component: PrintComponent) -> None:
    assert printer_at(component.url).print_paper(LABEL).result is SendResult.CONFIRMED
    (paper,) = component.papers
    assert (paper.task_id, paper.waybill, paper.printer) == ("job-1", LABEL.number, "KM-202")
    assert paper.position == (3, 20)


def test_chosen_printer_and_other_paper_are_passed_on(component: PrintComponent) -> None:
    printer = printer_at(component.url, "100x150", printer="back")
    assert printer.print_paper(LABEL).result is SendResult.CONFIRMED
    assert component.papers[0].printer == "back"


def test_failed_task_was_not_printed_and_says_why(component: PrintComponent) -> None:
    component.faults.paper_left("KM-202", 0)
    sent = printer_at(component.url).print_paper(LABEL)
    assert sent.result is SendResult.NOT_STARTED
    assert "out of paper" in str(sent.reason)
    assert component.papers == []


def test_refused_message_was_not_printed(component: PrintComponent) -> None:
    sent = printer_at(component.url, printer="nowhere").print_paper(LABEL)
    assert sent.result is SendResult.NOT_STARTED
    assert "printer not found" in str(sent.reason)


def test_no_answer_is_unknown_although_the_label_is_out(component: PrintComponent) -> None:
    component.faults.mute()
    sent = printer_at(component.url, timeout_s=0.4).print_paper(LABEL)
    assert sent.result is SendResult.UNKNOWN
    assert component.prints_of_waybill(LABEL.number) == 1


def test_connection_closed_after_sending_is_unknown(component: PrintComponent) -> None:
    component.faults.crash()
    assert printer_at(component.url).print_paper(LABEL).result is SendResult.UNKNOWN


def test_component_that_does_not_run_is_not_started() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        printer = printer_at(f"ws://127.0.0.1:{unused.getsockname()[1]}")
        sent = printer.print_paper(LABEL)
        status = printer.status()
    assert sent.result is SendResult.NOT_STARTED
    assert status.state is DeviceState.OFFLINE
    assert status.remedy is not None


def test_status_asks_for_the_printers(component: PrintComponent) -> None:
    assert printer_at(component.url).status().state is DeviceState.READY
    assert printer_at(component.url, printer="back").status().state is DeviceState.READY
    assert printer_at(component.url, printer="nowhere").status().state is DeviceState.OFFLINE


@contextmanager
def answering(answer: Callable[[dict[str, Any]], dict[str, Any] | None]) -> Iterator[str]:
    """A component that answers as it is told."""

    def converse(connection: ServerConnection) -> None:
        for frame in connection:
            reply = answer(json.loads(frame))
            if reply is not None:
                connection.send(json.dumps(reply))

    with serve(converse, "127.0.0.1", 0, compression=None) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
        server.shutdown()
        thread.join()


def test_message_has_the_documented_shape() -> None:
    seen: list[dict[str, Any]] = []

    def accept(message: dict[str, Any]) -> dict[str, Any]:
        seen.append(message)
        results = [{"taskID": t["taskID"], "success": True} for t in message["taskList"]]
        return {"command": "print", "requestID": message["requestID"], "results": results}

    with answering(accept) as url:
        sent = printer_at(url, custom_template_url="https://127.0.0.1/own.html").print_paper(LABEL)
    assert sent.result is SendResult.CONFIRMED
    (message,) = seen
    assert message["command"] == "print"
    assert message["version"] == "2.0"
    assert message["printType"] == 1
    assert "size" not in message
    (task,) = message["taskList"]
    assert task["taskID"] == "job-1"
    assert task["printInfo"] == LABEL.print_info
    assert task["printNum"] == {"curNum": 3, "sumNum": 20}
    assert task["customInfo"]["data"]["lines"] == "<br>".join(OWN.lines)


def test_answer_to_another_question_is_not_ours() -> None:
    def late_then_wrong(message: dict[str, Any]) -> dict[str, Any]:
        results = [{"taskID": "job-1", "success": True}]
        return {"command": "print", "requestID": "somebody-else", "results": results}

    with answering(late_then_wrong) as url:
        sent = printer_at(url, timeout_s=0.3).print_paper(LABEL)
    assert sent.result is SendResult.UNKNOWN


@pytest.mark.parametrize(
    "body",
    [{}, {"results": []}, {"results": "?"}, {"results": [{"taskID": "other", "success": True}]}],
)
def test_answer_without_a_word_about_our_task_is_unknown(body: dict[str, Any]) -> None:
    with answering(lambda m: {"requestID": m["requestID"], **body}) as url:
        assert printer_at(url).print_paper(LABEL).result is SendResult.UNKNOWN


def test_other_documents_need_another_printer(component: PrintComponent) -> None:
    printer = printer_at(component.url)
    assert printer.takes_platform_labels
    documents: list[Callable[[], Sent]] = [
        lambda: printer.print_paper(usual_labels()["zto"]),
        lambda: printer.print_paper(pick_list()),
        lambda: printer.print_paper(slip()),
    ]
    for print_document in documents:
        with pytest.raises(UserError) as caught:
            print_document()
        assert caught.value.code == "component_only"


def test_print_info_never_shows_in_a_representation() -> None:
    assert LABEL.print_info not in repr(LABEL)
