"""The component sheet: every control in its states, for looking at and for screenshots.

python -m ui.gallery                                    in a window
python -m ui.gallery --shot out.png --theme dark        without a screen, to a file
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QApplication

from app.i18n import CHINESE, LANGUAGES, install_language
from app.paths import resources
from ui.application import make_application
from ui.gallery_sheet import GallerySheet
from ui.pictures import Pictures
from ui.theme import Theme, load_fonts
from ui.theme_tokens import Scheme, TextSize


def build_sheet(
    app: QApplication, *, scheme: Scheme, size: TextSize, language: str = CHINESE
) -> GallerySheet:
    """The sheet, not yet shown."""
    install_language(language)
    load_fonts(resources() / "fonts")
    theme = Theme(app, scheme=scheme, text_size=size, reduce_motion=True)
    pictures = Pictures(resources() / "demo" / "pictures")
    return GallerySheet(theme, pictures, chinese=language == CHINESE)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m ui.gallery", description=__doc__)
    parser.add_argument("--shot", type=Path, help="write a picture and leave")
    parser.add_argument("--theme", choices=["light", "dark"], default="light")
    parser.add_argument("--size", default="1440x720", help="logical size, such as 1280x720")
    parser.add_argument("--text", choices=[s.name.lower() for s in TextSize], default="standard")
    parser.add_argument("--lang", choices=LANGUAGES, default=CHINESE)
    parser.add_argument("--contrast", action="store_true", help="strong edges")
    chosen = parser.parse_args(arguments)
    if chosen.shot:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = make_application()
    sheet = build_sheet(
        app,
        scheme=Scheme(chosen.theme),
        size=TextSize[chosen.text.upper()],
        language=chosen.lang,
    )
    sheet.theme.set_high_contrast(chosen.contrast)
    width, height = (int(side) for side in chosen.size.split("x"))
    sheet.resize(width, height)
    sheet.show()
    sheet.activateWindow()
    if not chosen.shot:
        return app.exec()
    app.processEvents()
    return 0 if sheet.grab().save(str(chosen.shot)) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
