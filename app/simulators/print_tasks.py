"""Messages to the print component, read strictly."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.simulators.platform_label import PageSize
from app.simulators.wechat.print_blob import unseal

LABEL, PAGE = 1, 2
PRINT_VERSION = "2.0"
_LINE_BREAK = re.compile(r"<br\s*/?>|\n")
_TASK_FIELDS = {
    "taskID",
    "printInfo",
    "printNum",
    "splitControl",
    "showDeliveryLogo",
    "customInfo",
    "extendData",
}
_PRINT_FIELDS = {
    "command",
    "version",
    "requestID",
    "printer",
    "printType",
    "size",
    "taskList",
}


class MessageError(ValueError):
    """The message is wrong; every task of it fails for the same reason."""

    def as_answer(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """``results`` with the reason for every task that has an id."""
        tasks = message.get("taskList")
        ids = [
            str(task["taskID"])
            for task in (tasks if isinstance(tasks, list) else ())
            if isinstance(task, dict) and "taskID" in task
        ]
        return {"results": [result_of(i, str(self)) for i in ids], "failureReason": str(self)}


@dataclass(frozen=True, slots=True)
class PrintTask:
    """One sheet. ``contents`` is what is on a label, None for an arbitrary page with ``text``.

    ``own_lines`` are the texts of customInfo.data, drawn one under another: the template they
    belong to lies on some server.
    """

    task_id: str
    position: tuple[int, int]
    contents: Mapping[str, Any] | None
    text: str = ""
    own_lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PrintRequest:
    """A print or preview message whose every field is right."""

    printer: str
    tasks: tuple[PrintTask, ...]
    size: PageSize = field(default_factory=PageSize)


def read_message(frame: str | bytes) -> dict[str, Any]:
    """The frame as a message with a command and a requestID.

    Raises:
        ValueError: a binary frame, no JSON object, or one of the two is missing.
    """
    if isinstance(frame, bytes):
        raise ValueError("a binary frame")
    message = json.loads(frame)
    if not isinstance(message, dict):
        raise ValueError("not an object")
    for name in ("command", "requestID"):
        if not isinstance(message.get(name), str) or not message[name]:
            raise ValueError(f"{name} is missing")
    return message


def read_request(
    message: Mapping[str, Any],
    printers: Sequence[str],
    size_names: tuple[str, str] = ("width", "height"),
) -> PrintRequest:
    """A print message, checked.

    Raises:
        MessageError: what is wrong with it.
    """
    _check_names(message, _PRINT_FIELDS)
    if message.get("version") != PRINT_VERSION:
        raise MessageError('version must be "2.0"')
    printer = message.get("printer") or printers[0]
    if printer not in printers:
        raise MessageError("printer not found")
    kind = message.get("printType")
    if isinstance(kind, bool) or kind not in (LABEL, PAGE):
        raise MessageError("printType must be 1 or 2")
    tasks = message.get("taskList")
    if not isinstance(tasks, list) or not tasks:
        raise MessageError("taskList is empty")
    read = tuple(_read_task(task, kind) for task in tasks)
    if len({task.task_id for task in read}) < len(read):
        raise MessageError("a taskID comes twice")
    return PrintRequest(
        printer, read, _read_size(message.get("size"), size_names, needed=kind == PAGE)
    )


def result_of(task_id: str, failure: str) -> dict[str, Any]:
    """One entry of ``results``."""
    return {"taskID": task_id, "success": not failure, "failureReason": failure}


def _read_task(task: Any, kind: int) -> PrintTask:
    if not isinstance(task, dict):
        raise MessageError("a task is not an object")
    _check_names(task, _TASK_FIELDS)
    task_id, info = task.get("taskID"), task.get("printInfo")
    if not isinstance(task_id, str) or not task_id:
        raise MessageError("taskID is missing")
    if not isinstance(info, str) or not info:
        raise MessageError("printInfo is missing")
    for name, allowed in (("splitControl", (0, 1, 2)), ("showDeliveryLogo", (0, 1))):
        value = task.get(name, 0)
        if isinstance(value, bool) or value not in allowed:
            raise MessageError(f"{name} must be one of {allowed}")
    own_lines = _read_custom(task.get("customInfo"))
    position = _read_position(task.get("printNum"))
    if kind == PAGE:
        return PrintTask(task_id, position, None, _text_of(info))
    try:
        return PrintTask(task_id, position, unseal(info), own_lines=own_lines)
    except ValueError as error:
        raise MessageError("printInfo cannot be read") from error


def _read_position(number: Any) -> tuple[int, int]:
    if not isinstance(number, dict) or set(number) != {"curNum", "sumNum"}:
        raise MessageError("printNum needs curNum and sumNum")
    current, total = number["curNum"], number["sumNum"]
    if type(current) is not int or type(total) is not int or not 1 <= current <= total:
        raise MessageError("curNum must be 1 to sumNum")
    return current, total


def _read_size(size: Any, names: tuple[str, str], *, needed: bool) -> PageSize:
    if size is None:
        if needed:
            raise MessageError("size is needed for printType 2")
        return PageSize()
    if not isinstance(size, dict) or set(size) != set(names):
        raise MessageError("size needs width and height")
    width, height = size[names[0]], size[names[1]]
    if type(width) not in (int, float) or type(height) not in (int, float):
        raise MessageError("width and height are numbers")
    if not (10 <= width <= 300 and 10 <= height <= 500):
        raise MessageError("width and height are millimetres")
    return PageSize(width, height)


def _read_custom(custom: Any) -> tuple[str, ...]:
    if custom is None:
        return ()
    if not isinstance(custom, dict) or not isinstance(custom.get("templateUrl"), str):
        raise MessageError("customInfo needs templateUrl")
    data = custom.get("data", {})
    if not isinstance(data, dict):
        raise MessageError("customInfo.data must be an object")
    texts = (text for text in data.values() if isinstance(text, str))
    return tuple(line for text in texts for line in _LINE_BREAK.split(text) if line)


def _check_names(message: Mapping[str, Any], known: set[str]) -> None:
    strange = sorted(set(message) - known)
    if strange:
        raise MessageError(f"unknown field {strange[0]}")


def _text_of(page: str) -> str:
    try:
        html = base64.b64decode(page, validate=True).decode("utf-8")
    except (binascii.Error, ValueError) as error:
        raise MessageError("printInfo is not a base64 page") from error
    return re.sub(r"<[^>]*>", "", _LINE_BREAK.sub("\n", html)).strip()
