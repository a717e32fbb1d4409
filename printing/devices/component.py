"""The platform's local print component (微信小店打印组件): WebSocket on this computer.

It alone can draw a platform label. One task a message, so that a failure belongs to one label.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

from app.domain.errors import RetryableError
from app.domain.labels import OwnArea, PlatformLabel
from app.domain.text import T, Text, verbatim
from app.ports import (
    ComponentInfo,
    ComponentPrinterInfo,
    DeviceState,
    DeviceStatus,
    SendResult,
    Sent,
)
from printing.devices.component_line import ForeignError, GoneError, ask, open_line
from printing.devices.device import not_started, unknown
from printing.options import PrinterOptions

PRINT_VERSION = "2.0"
SPLIT_OFF = 2  # splitControl: the goods go on a page of their own
_USUAL_SIZE = (76.0, 130.0)
_LABEL_PAGE = 1
_QUESTION_S = 5.0
_YES = frozenset({True, "true", "1"})
_NO = frozenset({False, "false", "0"})


class PrintComponent:
    """Talks to the component at ``url``; one connection a question, so a restart hurts nothing.

    Printing and status never raise for it.
    """

    def __init__(self, url: str, options: PrinterOptions) -> None:
        self._url = url
        self._options = options

    def status(self) -> DeviceStatus:
        """Whether one component runs and has the printer."""
        try:
            found = self.about()
        except RetryableError as error:
            return DeviceStatus(DeviceState.OFFLINE, error.message, error.remedy)
        if found.other_version:
            return DeviceStatus(
                DeviceState.ERROR,
                T(
                    "Two print components run here: {one} and {other}.",
                    one=found.version,
                    other=found.other_version,
                ),
                _close_the_older(),
            )
        names = {p.name for p in found.printers}
        wanted = self._options.printer
        if not names or (wanted and wanted not in names):
            return DeviceStatus(
                DeviceState.OFFLINE,
                T("The print component does not see the label printer."),
                T("Switch the printer on and choose it in the component."),
            )
        if self._is_offline(found):
            return DeviceStatus(
                DeviceState.OFFLINE,
                T("The print component says that the label printer is not ready."),
                T("Switch the printer on, look at its paper, then print again."),
            )
        shown = ", ".join(p.display_name for p in found.printers)
        return DeviceStatus(
            DeviceState.READY,
            T(
                "The print component {version} is running, printers: {printers}.",
                version=found.version or "?",
                printers=verbatim(shown),
            ),
        )

    def _is_offline(self, found: ComponentInfo) -> bool:
        """By the codes of ``offline_codes``: what a status means is not documented."""
        meant = [p for p in found.printers if p.name == self._options.printer] or found.printers[:1]
        return any(str(p.status) in self._options.offline_codes for p in meant)

    def about(self) -> ComponentInfo:
        """The component's version and printers; asked twice, because two versions may clash.

        Raises:
            RetryableError: ``component_offline``, ``component_foreign``.
        """
        try:
            version = _version(self._question("getAppInfo"))
            listed = self._question("getPrinterList").get("printerList")
            other = _version(self._question("getAppInfo"))
        except ForeignError as error:
            raise RetryableError(
                "component_foreign",
                T("Something else answers where the print component should be."),
                _close_the_older(),
            ) from error
        except GoneError as error:
            status = _not_running()
            remedy = status.remedy or status.message
            raise RetryableError("component_offline", status.message, remedy) from error
        return ComponentInfo(
            version,
            tuple(_printer(entry) for entry in _objects(listed)),
            other if other != version else "",
        )

    def _question(self, command: str) -> dict[str, Any]:
        with ExitStack() as stack:
            line = open_line(self._url, stack, self._options.connect_timeout_s)
            return ask(
                line, {"command": command}, min(_QUESTION_S, self._options.confirm_timeout_s)
            )

    @property
    def _question_s(self) -> float:
        return min(_QUESTION_S, self._options.confirm_timeout_s)

    def print_label(self, label: PlatformLabel) -> Sent:
        """Hand over one label; ``CONFIRMED`` when the component says it is printed."""
        message = {
            "command": "print",
            "version": PRINT_VERSION,
            "printType": _LABEL_PAGE,
            **self._page(),
            "taskList": [self._task(label)],
        }
        if self._options.printer:
            message["printer"] = self._options.printer
        with ExitStack() as stack:
            try:
                line = open_line(self._url, stack, self._options.connect_timeout_s)
            except ForeignError:
                return not_started(_foreign())
            except GoneError:
                return not_started(_not_running())
            try:
                answer = ask(line, message, self._options.confirm_timeout_s)
            except GoneError:
                return unknown(T("The print component did not say whether it printed the label."))
        return _judged(answer, label.task_id or label.number)

    def preview(self, label: PlatformLabel) -> Sent:
        """Show the label in the component's window; ``SENT`` when it says nothing of it."""
        message = {"command": "preview", "taskList": [self._task(label)]}
        with ExitStack() as stack:
            try:
                line = open_line(self._url, stack, self._options.connect_timeout_s)
            except ForeignError:
                return not_started(_foreign())
            except GoneError:
                return not_started(_not_running())
            try:
                answer = ask(line, message, self._question_s)
            except GoneError:
                return Sent(SendResult.SENT)
        judged = _judged(answer, label.task_id or label.number)
        return Sent(SendResult.SENT) if judged.result is SendResult.UNKNOWN else judged

    def _task(self, label: PlatformLabel) -> dict[str, Any]:
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
        return task

    def _page(self) -> dict[str, Any]:
        """``size`` for paper that is cut or is not 76 x 130; its names are not documented."""
        page = self._options.page
        if (page.width_mm, page.height_mm) == _USUAL_SIZE and self._options.split != SPLIT_OFF:
            return {}
        width, height = self._options.size_names
        return {"size": {width: page.width_mm, height: page.height_mm}}


def custom_data(own: OwnArea) -> dict[str, str]:
    """The shop's own area as the fields of the component's custom template.

    What is not ticked in the shop's own design is empty here too.
    """
    return {
        "lines": "<br>".join(own.lines),
        "wave": own.wave,
        "position": own.position,
        "bin": own.bin,
        "note": own.note,
        "codes": "<br>".join(own.codes),
        "merchant_note": own.merchant_note,
    }


def _judged(answer: Mapping[str, Any], task_id: str) -> Sent:
    """``results[{taskID, success, failureReason}]``: a failed task was not printed."""
    rows = _objects(answer.get("results"))
    result: Mapping[str, Any] = next((r for r in rows if str(r.get("taskID")) == task_id), {})
    if not result and len(rows) == 1 and "taskID" not in rows[0]:
        result = rows[0]  # one task was sent: the one result is its own
    success = result.get("success")
    success = success if isinstance(success, bool | int | str) else None
    if success in _YES:
        return Sent(SendResult.CONFIRMED)
    reason = str(result.get("failureReason") or answer.get("failureReason") or "").strip()
    if success in _NO or (not result and reason):
        return Sent(SendResult.NOT_STARTED, _refused(reason))
    return unknown(T("The print component did not say whether it printed the label."))


def _objects(value: Any) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _version(answer: Mapping[str, Any]) -> str:
    info = answer.get("appInfo")
    return str(info.get("version") or "") if isinstance(info, dict) else ""


def _printer(entry: Mapping[str, Any]) -> ComponentPrinterInfo:
    name = str(entry.get("name") or "")
    status = entry.get("status")
    return ComponentPrinterInfo(
        name,
        str(entry.get("displayName") or name),
        status if isinstance(status, int) and not isinstance(status, bool) else None,
    )


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


def _foreign() -> DeviceStatus:
    return DeviceStatus(
        DeviceState.OFFLINE,
        T("Something else answers where the print component should be."),
        _close_the_older(),
    )


def _close_the_older() -> Text:
    return T("Close the older print component, start only the newest one, then print again.")
