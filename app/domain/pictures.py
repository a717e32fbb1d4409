"""What counts as a picture: by its first bytes, never by its name."""

from __future__ import annotations

MOST_BYTES = 5_000_000
EXTENSIONS = ("png", "jpg", "webp", "gif")


def kind_of(content: bytes) -> str:
    """The file's kind by its first bytes, "" when it is no picture that can be shown."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "webp"
    return "gif" if content.startswith((b"GIF87a", b"GIF89a")) else ""
