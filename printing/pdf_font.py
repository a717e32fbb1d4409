"""A ReportLab font whose text can be found again. Imported only when something is drawn."""

from __future__ import annotations

import re
from typing import Any

from reportlab.pdfbase.ttfonts import TTFont

_BEYOND_FOUR_DIGITS = re.compile(r"<([0-9A-F]{5,6})>")


class SearchableFont(TTFont):  # type: ignore[misc]  # ReportLab has no types
    """Corrects the map from glyphs back to text.

    ReportLab 5.1 writes characters beyond U+FFFF (𬭊 and other rare names) as five digits there;
    PDF wants UTF-16, so that they were printed but could not be searched or copied.
    """

    def addObjects(self, doc: Any) -> None:  # noqa: N802 - ReportLab's name
        super().addObjects(doc)
        for name, item in doc.idToObject.items():
            if str(name).startswith("toUnicodeCMap:"):
                item.content = _BEYOND_FOUR_DIGITS.sub(_utf16, item.content)


def _utf16(match: re.Match[str]) -> str:
    return f"<{chr(int(match[1], 16)).encode('utf-16-be').hex().upper()}>"
