"""Serial ports through pyserial, with a write time-out (a stuck handshake must not block)."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Mapping
from typing import Any

from app.domain.errors import UserError
from app.domain.text import T

_PARITIES = {"none": "N", "even": "E", "odd": "O"}
_FLOWS = ("none", "rtscts", "dsrdtr", "xonxoff")


class SerialConnection:
    """An open port; errors of pyserial are ``OSError`` already."""

    def __init__(self, port: Any) -> None:
        self._port = port
        self._stuck = False

    def send(self, data: bytes) -> None:
        from serial import SerialTimeoutException

        try:
            self._port.write(data)
        except SerialTimeoutException as error:
            self._stuck = True
            raise TimeoutError("the printer takes no data") from error

    def receive(self, timeout_s: float) -> bytes:
        self._port.timeout = max(0.0, timeout_s)
        waiting = self._port.in_waiting
        return bytes(self._port.read(max(1, waiting)) if waiting or timeout_s > 0 else b"")

    def finish(self, timeout_s: float) -> None:
        """Wait until the system has handed every byte to the line."""
        ends_s = time.monotonic() + timeout_s
        while self._port.out_waiting:
            if time.monotonic() > ends_s:
                self._stuck = True
                raise TimeoutError("the printer takes no data")
            time.sleep(0.01)

    def close(self) -> None:
        """What a stuck printer has not taken is thrown away: the system would wait for it (30 s
        on Linux), and send it into the next label when the printer wakes up."""
        if self._stuck:
            _throw_away(self._port)
        self._port.close()


def _throw_away(port: Any) -> None:
    if sys.platform == "win32":
        with contextlib.suppress(OSError):
            port.reset_output_buffer()
    else:
        import termios  # its error is no OSError

        with contextlib.suppress(OSError, termios.error):
            port.reset_output_buffer()


def open_serial(path: str, query: Mapping[str, str], send_timeout_s: float) -> SerialConnection:
    """``query``: baud (default 9600), parity none|even|odd, flow none|rtscts|dsrdtr|xonxoff.

    Raises:
        OSError: there is no such port, or another program uses it.
        UserError: as ``check_query``.
    """
    import serial

    check_query(path, query)
    baud, parity = query.get("baud", "9600"), query.get("parity", "none")
    flow = query.get("flow", "none")
    port = serial.Serial(
        port=path, baudrate=int(baud), parity=_PARITIES[parity], timeout=0,
        write_timeout=send_timeout_s, rtscts=flow == "rtscts", dsrdtr=flow == "dsrdtr",
        xonxoff=flow == "xonxoff", exclusive=True,
    )  # fmt: skip
    return SerialConnection(port)


def check_query(path: str, query: Mapping[str, str]) -> None:
    """Whether ``open_serial`` can use it; no port is looked at.

    Raises:
        UserError: ``printer_address``, the query makes no sense.
    """
    baud, parity = query.get("baud", "9600"), query.get("parity", "none")
    flow = query.get("flow", "none")
    unknown = set(query) - {"baud", "parity", "flow"}
    if unknown or not baud.isdigit() or parity not in _PARITIES or flow not in _FLOWS:
        raise UserError(
            "printer_address",
            T("The settings of serial port {port} are not understood.", port=path),
            T("Write for example serial:{port}?baud=115200&flow=rtscts.", port=path),
        )
