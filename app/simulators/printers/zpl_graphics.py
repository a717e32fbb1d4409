"""The graphic field encodings of ZPL II: hexadecimal with run lengths, and base64 with a CRC."""

from __future__ import annotations

import base64
import binascii
import re
import zlib

from app.simulators.printers.interpreter import BadCommandError

_PACKED = re.compile(rb":(Z64|B64):([A-Za-z0-9+/=\s]*):([0-9A-Fa-f]{4})\s*")
_RUNS = {chr(ord("G") + i): i + 1 for i in range(19)}  # G..Y: 1..19
_RUNS |= {chr(ord("g") + i): 20 * (i + 1) for i in range(20)}  # g..z: 20..400
_HEX = frozenset("0123456789ABCDEFabcdef")


def graphic_bytes(data: bytes, row_bytes: int, total: int) -> bytes:
    """The ``total`` bytes of a graphic in the form A.

    Raises:
        BadCommandError: the CRC is wrong, the text is none of the encodings or has another size.
    """
    text = data.strip()
    found = _unpacked(text) if text.startswith((b":Z64", b":B64")) else None
    if found is None:
        found = _from_hex(text.decode("latin-1"), row_bytes, total)
    if len(found) != total:
        raise BadCommandError(f"a graphic of {len(found)} bytes instead of {total}")
    return found


def _unpacked(text: bytes) -> bytes:
    match = _PACKED.fullmatch(text)
    if match is None:
        raise BadCommandError("a packed graphic without its three parts")
    kind, packed, crc = match.groups()
    if binascii.crc_hqx(packed, 0) != int(crc, 16):
        raise BadCommandError("the CRC of a packed graphic is wrong")
    try:
        raw = base64.b64decode(packed, validate=True)
        return zlib.decompress(raw) if kind == b"Z64" else raw
    except (binascii.Error, zlib.error) as error:
        raise BadCommandError("a packed graphic that cannot be unpacked") from error


def _from_hex(text: str, row_bytes: int, total: int) -> bytes:
    """Hex digits; G-Y and g-z repeat the next digit, ``,`` ``!`` fill a row, ``:`` repeats one."""
    row_digits = row_bytes * 2
    rows: list[str] = []
    row, repeat = "", 0
    for char in text:
        if char in _RUNS:
            repeat += _RUNS[char]
            continue
        if char in _HEX:
            row += char * max(1, repeat)
        elif char == ",":
            row = row.ljust(row_digits, "0")
        elif char == "!":
            row = row.ljust(row_digits, "F")
        elif char == ":" and not row:
            row = rows[-1] if rows else "0" * row_digits
        elif not char.isspace():
            raise BadCommandError(f"{char!r} in a graphic")
        repeat = 0
        while len(row) >= row_digits:
            rows.append(row[:row_digits])
            row = row[row_digits:]
    digits = "".join(rows) + row
    return bytes.fromhex(digits[: total * 2])
