"""The platform's local print component (微信小店打印组件): WebSocket on this computer.

It alone can draw a platform label. One task a message, so that a failure belongs to one label.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from app.domain.labels import OwnArea, PlatformLabel
from app.domain.text import T, Text, verbatim
from app.ports import DeviceState, DeviceStatus, SendResult, Sent
from printing.devices.device import not_started, unknown
from printing.options import PrinterOptions

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

PRINT_VERSION = "2.0"
_USUAL_SIZE = (76.0, 130.0)
_LABEL_PAGE = 1
_MAX_ANSWER_BYTES = 4 * 1024 * 1024


class _Gone(Exception):  # noqa: N818 - not an error by itself: the caller decides
    """The component did not answer, or closed the connection."""


class PrintComponent:
    """Talks to the component at ``url``; one connection a question. Never raises for it."""

    def __init__(self, url: str, options: PrinterOptions) -> None:
        self._url = url
        self._options = options

    def status(self) -> DeviceStatus:
        """Whether the component runs and has the printer."""
        with ExitStack() as stack:
            try:
                connection = self._connect(stack)
                answer = self._ask(connection, {"command": "getPrinterList"}, 5.0)
            except (OSError, _Gone):
                return _not_running()
        names = [p.get("name") for p in answer.get("printerList") or [] if isinstance(p, dict)]
        wanted = self._options.printer
        if not names or (wanted and wanted not in names):
            return DeviceStatus(
                DeviceState.OFFLINE,
                T("The print component does not see the label printer."),
                T("Switch the printer on and choose it in the component."),
            )
        return DeviceStatus(DeviceState.READY, T("The print component is running."))

    def print_label(self, label: PlatformLabel) -> Sent:
        """Hand over one label; ``CONFIRMED`` when the component says it is printed."""
        with ExitStack() as stack:
            try:
                connection = self._connect(stack)
            except (OSError, _Gone):
                return not_started(_not_running())
            try:
                answer = self._ask(connection, self._print_message(label), self._timeout_s)
            except (OSError, _Gone):
                return unknown(T("The print component did not say whether it printed the label."))
        return _judged(answer, label.task_id)

    @property
    def _timeout_s(self) -> float:
        return self._options.confirm_timeout_s

    def _connect(self, stack: ExitStack) -> ClientConnection:
        """Open; ``stack`` closes it. Raises ``OSError`` or ``_Gone``."""
        from websockets.exceptions import WebSocketException
        from websockets.sync.client import connect

        try:
            line = connect(
                self._url, open_timeout=self._options.connect_timeout_s, close_timeout=1,
                max_size=_MAX_ANSWER_BYTES, compression=None, proxy=None,
            )  # fmt: skip
            return stack.enter_context(line)
        except (WebSocketException, TimeoutError) as error:
            raise _Gone from error

    def _ask(
        self, connection: ClientConnection, message: Mapping[str, Any], timeout_s: float
    ) -> dict[str, Any]:
        """The answer with our requestID.

        Raises:
            _Gone: no answer came; whether the question arrived is not known.
        """
        from websockets.exceptions import ConnectionClosed

        request_id = uuid.uuid4().hex
        text = json.dumps({**message, "requestID": request_id}, ensure_ascii=False)
        ends_s = time.monotonic() + timeout_s
        try:
            connection.send(text)
            while (left_s := ends_s - time.monotonic()) > 0:
                answer = json.loads(connection.recv(timeout=left_s))
                if isinstance(answer, dict) and answer.get("requestID") == request_id:
                    return answer
        except (ConnectionClosed, TimeoutError, ValueError) as error:
            raise _Gone from error
        raise _Gone

    def _print_message(self, label: PlatformLabel) -> dict[str, Any]:
        task: dict[str, Any] = {
            "taskID": label.task_id or label.number,
            "printInfo": label.print_info,
            "printNum": {
                "curNum": max(1, label.number_in_batch),
                "sumNum": max(1, label.number_in_batch, label.batch_size),
            },
            "splitControl": self._options.split,
            "showDeliveryLogo": int(self._options.show_logo),
        }
        if self._options.custom_template_url:
            task["customInfo"] = {
                "templateUrl": self._options.custom_template_url,
                "data": custom_data(label.own),
            }
        message: dict[str, Any] = {
            "command": "print",
            "version": PRINT_VERSION,
            "printType": _LABEL_PAGE,
            "taskList": [task],
        }
        if self._options.printer:
            message["printer"] = self._options.printer
        page = self._options.page
        if (page.width_mm, page.height_mm) != _USUAL_SIZE:
            message["size"] = {"width": page.width_mm, "height": page.height_mm}
        return message


def custom_data(own: OwnArea) -> dict[str, str]:
    """The shop's own area as the fields of the component's custom template."""
    return {
        "lines": "<br>".join(own.lines),
        "wave": own.wave,
        "position": own.position,
        "bin": own.bin,
        "note": own.note,
    }


def _judged(answer: Mapping[str, Any], task_id: str) -> Sent:
    """``results[{taskID, success, failureReason}]``: a failed task was not printed."""
    results = answer.get("results")
    result: Mapping[str, Any] = {}
    if isinstance(results, list):
        rows = [row for row in results if isinstance(row, dict)]
        result = next((row for row in rows if row.get("taskID") == task_id), {})
    if result.get("success") is True:
        return Sent(SendResult.CONFIRMED)
    reason = str(result.get("failureReason") or answer.get("failureReason") or "").strip()
    if result.get("success") is False or (not result and reason):
        return Sent(SendResult.NOT_STARTED, _refused(reason))
    return unknown(T("The print component did not say whether it printed the label."))


def _refused(reason: str) -> Text:
    if not reason:
        return T("The print component did not print the label.")
    return T("The print component did not print the label: {reason}", reason=verbatim(reason))


def _not_running() -> DeviceStatus:
    return DeviceStatus(
        DeviceState.OFFLINE,
        T("The platform's print component is not running."),
        T("Start it on this computer, then print again."),
    )
