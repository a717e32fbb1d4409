"""A label drawn without the product's own code, as packed bits, and a plain sender of jobs."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import Any

import zxingcpp
from PIL import Image

from app.simulators.printers import LabelPrinter, Paper

NUMBER = "73100196611386"
QR_TEXT = "MMM={'k1':'020W','k5':'SF7444496931331'}"


@dataclass(frozen=True)
class Picture:
    """Packed rows, 1 = black."""

    row_bytes: int
    height: int
    bits: bytes

    @property
    def width(self) -> int:
        return self.row_bytes * 8

    def inverted(self) -> bytes:
        return bytes(b ^ 0xFF for b in self.bits)

    def rows(self) -> list[bytes]:
        step = self.row_bytes
        return [self.bits[i : i + step] for i in range(0, len(self.bits), step)]


def _code(text: str, kind: Any, scale: int) -> Image.Image:
    code: Any = zxingcpp.create_barcode(text, kind).to_image(scale=scale, add_quiet_zones=False)
    shape = code.shape
    return Image.frombuffer("L", (shape[1], shape[0]), bytes(code), "raw", "L", 0, 1).convert("1")


def label(width: int = 608, height: int = 1040) -> Picture:
    """A label with a Code 128 and a QR code at whole dots, and a frame."""
    page = Image.new("1", (width, height), 1)
    bars = _code(NUMBER, zxingcpp.BarcodeFormat.Code128, 4)
    page.paste(bars.resize((bars.width, 120), Image.Resampling.NEAREST), (60, 60))
    page.paste(_code(QR_TEXT, zxingcpp.BarcodeFormat.QRCode, 6), (60, 400))
    for x in range(width):
        page.putpixel((x, 0), 0)
        page.putpixel((x, height - 1), 0)
    for y in range(height):
        page.putpixel((0, y), 0)
        page.putpixel((width - 1, y), 0)
    row_bytes = (width + 7) // 8
    bits = bytearray(b ^ 0xFF for b in page.tobytes())
    for end in range(row_bytes - 1, len(bits), row_bytes):
        bits[end] &= 0xFF << (row_bytes * 8 - width) & 0xFF
    return Picture(row_bytes, height, bytes(bits))


def texts_on(paper: Paper) -> set[str]:
    """The codes that a scanner reads off the paper."""
    return {code.text for code in zxingcpp.read_barcodes(paper.image().convert("L"))}


def connect(printer: LabelPrinter, timeout_s: float = 10.0) -> socket.socket:
    return socket.create_connection(("127.0.0.1", printer.port), timeout_s)


def send(printer: LabelPrinter, job: bytes, portion: int = 0) -> bytes:
    """Send a job (in portions when wanted), half-close and read what comes until the end."""
    with connect(printer) as port:
        step = portion or max(1, len(job))
        for start in range(0, len(job), step):
            port.sendall(job[start : start + step])
        port.shutdown(socket.SHUT_WR)
        answer = b""
        while data := port.recv(4096):
            answer += data
        return answer


def ask(port: socket.socket, question: bytes, count: int) -> bytes:
    """Send a question and read ``count`` bytes."""
    port.sendall(question)
    answer = b""
    while len(answer) < count:
        data = port.recv(count - len(answer))
        assert data, "the printer hung up"
        answer += data
    return answer


def ask_until(port: socket.socket, question: bytes, end: bytes, times: int = 1) -> bytes:
    """Send a question and read until ``end`` came so many times."""
    port.sendall(question)
    answer = b""
    while answer.count(end) < times:
        data = port.recv(1)
        assert data, "the printer hung up"
        answer += data
    return answer
