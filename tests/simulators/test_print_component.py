"""The print component: strict messages, paper that can be read back, and every way to fail."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from app.simulators.print_component import PrintComponent, PrinterInfo
from app.simulators.wechat.print_blob import seal, unseal

ROOT = Path(__file__).parents[2]
CONTENTS: dict[str, Any] = {
    "ewaybill_order_id": "3878000000000000166",
    "waybill": "78900000000001",
    "delivery_id": "ZTO",
    "carrier": "中通快递",
    "route": "350-A12 08",
    "receiver": {
        "name": "林晓",
        "tel": "18300002807",
        "province": "福建省",
        "city": "福州市",
        "county": "罗源县",
        "address": "示例路1号2单元301",
    },
    "sender": {
        "name": "仓库",
        "mobile": "13900000000",
        "province": "上海市",
        "city": "上海市",
        "county": "青浦区",
        "street": "华新镇",
        "address": "示例路1号仓",
    },
    "goods": [{"name": "棉质T恤 白 M", "count": 2}],
    "remark": "轻放",
    "order_ids": ["3732000000000000101"],
    "box": 1,
    "boxes": 1,
}


@pytest.fixture
def component(tmp_path: Path) -> Iterator[PrintComponent]:
    fonts = ROOT / "resources" / "fonts"
    with PrintComponent(
        (PrinterInfo("_KM_202_NEW_", "KM-202(NEW)"), PrinterInfo("back", "Back room")),
        font_path=fonts / "NotoSansSC-Regular.subset.ttf",
        bold_font_path=fonts / "NotoSansSC-Bold.subset.ttf",
        folder=tmp_path,
    ) as component:
        yield component


@pytest.fixture
def line(component: PrintComponent) -> Iterator[ClientConnection]:
    with connect(component.url) as line:
        yield line


def ask(line: ClientConnection, message: dict[str, Any]) -> dict[str, Any]:
    line.send(json.dumps({"requestID": "q-1"} | message))
    answer: dict[str, Any] = json.loads(line.recv(timeout=10))
    return answer


def task(task_id: str = "t-1", **changes: Any) -> dict[str, Any]:
    return {
        "taskID": task_id,
        "printInfo": seal(CONTENTS),
        "printNum": {"curNum": 1, "sumNum": 1},
    } | changes


def job(*tasks: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "command": "print",
        "version": "2.0",
        "printType": 1,
        "taskList": list(tasks) or [task()],
    } | changes


def test_only_loopback_is_served() -> None:
    with pytest.raises(ValueError, match="loopback"):
        PrintComponent(host="0.0.0.0")  # noqa: S104 - this is what must be refused


def test_it_tells_its_version_and_printers(
    component: PrintComponent, line: ClientConnection
) -> None:
    assert ask(line, {"command": "getAppInfo"})["appInfo"] == {"version": "1.3.4"}
    component.faults.go_offline("back")
    answer = ask(line, {"command": "getPrinterList", "requestID": "q-7"})
    assert answer == {
        "command": "getPrinterList",
        "requestID": "q-7",
        "printerList": [
            {"name": "_KM_202_NEW_", "displayName": "KM-202(NEW)", "status": 3},
            {"name": "back", "displayName": "Back room", "status": 0},
        ],
    }


def test_the_printed_number_can_be_scanned(
    component: PrintComponent, line: ClientConnection, tmp_path: Path
) -> None:
    answer = ask(line, job())
    assert answer["results"] == [{"taskID": "t-1", "success": True, "failureReason": ""}]
    [paper] = component.papers
    picture = Image.open(io.BytesIO(paper.png))
    assert (picture.mode, picture.size) == ("1", (608, 1040))
    assert round(picture.info["dpi"][0]) == 203
    found = zxingcpp.read_barcodes(picture.convert("L"))
    assert {(code.text, code.format) for code in found} == {
        ("78900000000001", zxingcpp.BarcodeFormat.Code128)
    }
    assert (tmp_path / "_KM_202_NEW_" / "1.png").read_bytes() == paper.png


@pytest.mark.parametrize("number", ["JDAWX0000000001-2-3-", "SF1234567890123", "YT0000000000001"])
def test_every_carriers_number_can_be_scanned(
    component: PrintComponent, line: ClientConnection, number: str
) -> None:
    ask(line, job(task(printInfo=seal(CONTENTS | {"waybill": number}))))
    picture = Image.open(io.BytesIO(component.papers[0].png)).convert("L")
    assert {code.text for code in zxingcpp.read_barcodes(picture)} == {number}


def test_a_long_address_stays_on_the_paper(
    component: PrintComponent, line: ClientConnection
) -> None:
    receiver = {**CONTENTS["receiver"], "address": "示例街道示例大道1288号" * 12}
    long = CONTENTS | {"receiver": receiver, "goods": [{"name": "很长的名字" * 20, "count": 1}] * 9}
    ask(line, job(task(printInfo=seal(long))))
    picture = Image.open(io.BytesIO(component.papers[0].png)).convert("L")
    assert len(zxingcpp.read_barcodes(picture)) == 2


def test_the_shops_own_lines_stand_on_the_label(
    component: PrintComponent, line: ClientConnection
) -> None:
    own = {"templateUrl": "https://example.invalid/own.html", "data": {"lines": "B-03<br>波次 7"}}
    ask(line, job(task("t-1")))
    ask(line, job(task("t-2", customInfo=own)))
    plain, with_lines = (Image.open(io.BytesIO(p.png)) for p in component.papers)
    assert plain.tobytes() != with_lines.tobytes()


def test_a_label_on_other_paper_still_scans(
    component: PrintComponent, line: ClientConnection
) -> None:
    ask(line, job(size={"width": 100, "height": 180}))
    picture = Image.open(io.BytesIO(component.papers[0].png))
    assert picture.size == (800, 1440)
    assert {c.text for c in zxingcpp.read_barcodes(picture.convert("L"))} == {"78900000000001"}


def test_tasks_that_are_no_objects_are_refused(line: ClientConnection) -> None:
    answer = ask(line, job(taskList=["t-1"]))
    assert (answer["results"], answer["failureReason"]) == ([], "a task is not an object")
    answer = ask(line, job(taskList=[{"printInfo": seal(CONTENTS)}]))
    assert answer["failureReason"] == "taskID is missing"


def test_print_info_shows_nothing_to_others() -> None:
    sealed = seal(CONTENTS)
    assert unseal(sealed) == CONTENTS
    assert "林晓".encode() not in base64.b64decode(sealed)
    changed = base64.b64encode(base64.b64decode(sealed)[:-1] + b"x").decode()
    for wrong in (changed, sealed[: len(sealed) // 4 * 2], "eyJkZW1vIjoib3BhcXVlIn0=", "?"):
        with pytest.raises(ValueError, match="print_info"):
            unseal(wrong)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"version": "1.0"}, "version"),
        ({"version": 2.0}, "version"),
        ({"printType": "1"}, "printType"),
        ({"printType": True}, "printType"),
        ({"printer": "unplugged"}, "printer not found"),
        ({"taskList": [task(printInfo="eyJkZW1vIjoib3BhcXVlIn0=")]}, "printInfo"),
        ({"taskList": [task(printInfo="")]}, "printInfo"),
        ({"taskList": [task(printNum={"curNum": 2, "sumNum": 1})]}, "curNum"),
        ({"taskList": [task(printNum={"curNum": "1", "sumNum": "1"})]}, "curNum"),
        ({"taskList": [task(splitControl=3)]}, "splitControl"),
        ({"taskList": [task(showDeliveryLogo=True)]}, "showDeliveryLogo"),
        ({"taskList": [task(customInfo={"data": {}})]}, "templateUrl"),
        ({"taskList": [task(print_info="x")]}, "unknown field"),
        ({"taskList": [task(), task()]}, "twice"),
        ({"size": {"width": 7600, "height": 130}}, "millimetres"),
        ({"tasks": []}, "unknown field"),
        ({"taskList": [task(customInfo={"templateUrl": "x", "data": []})]}, "data"),
        ({"taskList": [task(printNum={"curNum": 1})]}, "printNum"),
        ({"size": {"width": 76}}, "size"),
        ({"size": {"width": "76", "height": 130}}, "numbers"),
        ({"printType": 2, "size": {"width": 76, "height": 130}}, "base64 page"),
    ],
)
def test_a_wrong_print_message_prints_nothing(
    component: PrintComponent, line: ClientConnection, changes: dict[str, Any], reason: str
) -> None:
    answer = ask(line, job(**changes))
    assert answer["results"][0]["success"] is False
    assert reason in answer["results"][0]["failureReason"]
    assert component.papers == []


def test_an_empty_task_list_is_refused(line: ClientConnection) -> None:
    answer = ask(line, job(taskList=[]))
    assert (answer["results"], answer["failureReason"]) == ([], "taskList is empty")


def test_an_unknown_command_is_refused(line: ClientConnection) -> None:
    answer = ask(line, {"command": "printLabel"})
    assert (answer["success"], answer["requestID"]) == (False, "q-1")


@pytest.mark.parametrize(
    "frame", [b"{}", "no json", "[]", '{"command":"getAppInfo"}', '{"requestID":"q"}']
)
def test_a_frame_that_is_no_message_ends_the_connection(
    line: ClientConnection, frame: str | bytes
) -> None:
    line.send(frame)
    with pytest.raises(ConnectionClosed):
        line.recv(timeout=10)


def test_without_a_printer_the_default_one_prints(
    component: PrintComponent, line: ClientConnection
) -> None:
    ask(line, job())
    ask(line, job(task("t-2"), printer="back"))
    assert [paper.printer for paper in component.papers] == ["_KM_202_NEW_", "back"]


def test_a_double_print_is_seen(component: PrintComponent, line: ClientConnection) -> None:
    ask(line, job(task("t-1")))
    ask(line, job(task("t-2")))
    assert component.prints_of_waybill("78900000000001") == 2
    assert component.prints_of_task("t-2") == 1


def test_an_offline_printer_fails_each_task(
    component: PrintComponent, line: ClientConnection
) -> None:
    component.faults.go_offline("_KM_202_NEW_")
    answer = ask(line, job(task("t-1"), task("t-2")))
    assert [r["failureReason"] for r in answer["results"]] == ["printer offline"] * 2
    component.faults.come_back("_KM_202_NEW_")
    assert ask(line, job())["results"][0]["success"] is True


def test_the_paper_ends_in_the_middle_of_a_job(
    component: PrintComponent, line: ClientConnection
) -> None:
    component.faults.paper_left("_KM_202_NEW_", 1)
    answer = ask(line, job(task("t-1"), task("t-2"), task("t-3")))
    assert [r["success"] for r in answer["results"]] == [True, False, False]
    assert answer["results"][1]["failureReason"] == "out of paper"
    assert [paper.task_id for paper in component.papers] == ["t-1"]


def test_a_mute_component_prints_and_says_nothing(
    component: PrintComponent, line: ClientConnection
) -> None:
    component.faults.mute()
    line.send(json.dumps(job() | {"requestID": "q-1"}))
    answer = ask(line, {"command": "getAppInfo", "requestID": "q-2"})
    assert answer["requestID"] == "q-2"
    assert component.prints_of_task("t-1") == 1


def test_a_crash_prints_and_hangs_up(component: PrintComponent, line: ClientConnection) -> None:
    component.faults.crash()
    line.send(json.dumps(job() | {"requestID": "q-1"}))
    with pytest.raises(ConnectionClosed):
        line.recv(timeout=10)
    assert component.prints_of_task("t-1") == 1


def test_a_held_label_comes_when_released(
    component: PrintComponent, line: ClientConnection
) -> None:
    component.faults.hold()
    line.send(json.dumps(job() | {"requestID": "q-1"}))
    component.faults.wait_until_held()
    assert component.papers == []
    component.faults.release()
    assert json.loads(line.recv(timeout=10))["results"][0]["success"] is True


def test_a_stopped_component_lets_nobody_wait(component: PrintComponent) -> None:
    component.faults.slow(3600)
    with connect(component.url) as line:
        line.send(json.dumps(job() | {"requestID": "q-1"}))
        component.stop()
        assert len(list(line)) <= 1


def test_a_preview_puts_nothing_on_paper(component: PrintComponent, line: ClientConnection) -> None:
    answer = ask(line, {"command": "preview", "taskList": [task()]})
    assert answer["results"][0]["success"] is True
    assert (len(component.previews), component.papers) == (1, [])


def test_an_arbitrary_page_needs_a_size(component: PrintComponent, line: ClientConnection) -> None:
    page = task(printInfo=base64.b64encode("<p>发货清单<br>1</p>".encode()).decode())
    assert "size" in ask(line, job(page, printType=2))["failureReason"]
    size = {"width": 50, "height": 30}
    assert ask(line, job(page, printType=2, size=size))["results"][0]["success"] is True
    picture = Image.open(io.BytesIO(component.papers[0].png))
    assert picture.size == (400, 240)
    assert picture.convert("L").getextrema() == (0, 255)
