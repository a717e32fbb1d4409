"""A small PDF of a label: the number in words and as bars that nobody has to read."""

from __future__ import annotations

_POINTS_PER_MM = 72 / 25.4


def label_pdf(size_mm: tuple[int, int], number: str, note: str) -> bytes:
    """One page of exactly ``size_mm``."""
    width, height = (side * _POINTS_PER_MM for side in size_mm)
    bars = [
        f"{20 + 6 * n:.2f} {height - 120:.2f} {2 + int(c, 36) % 3} 60 re f"
        for n, c in enumerate(number)
    ]
    words = [
        f"BT /F1 14 Tf 20 {height - 140:.2f} Td ({number}) Tj ET",
        f"BT /F1 10 Tf 20 {height - 40:.2f} Td (SF cloud print {note}) Tj ET",
    ]
    frame = f"10 10 {width - 20:.2f} {height - 20:.2f} re S"
    return _document(width, height, "\n".join([frame, *bars, *words]).encode("ascii"))


def _document(width: float, height: float, drawing: bytes) -> bytes:
    page = (
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width:.3f} {height:.3f}] "
        "/Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
    )
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        page.encode("ascii"),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawing), drawing),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for position, body in enumerate(bodies, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (position, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(bodies) + 1)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)
