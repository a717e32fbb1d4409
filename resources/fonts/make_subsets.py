"""Make the interface fonts of this folder from the two packages they come from.

Not needed to install or run Packbench; the results are committed. Needs fonttools and brotli:

    npm pack inter-ui@4.1.1 @phosphor-icons/web@2.1.2     (unpack both)
    python resources/fonts/make_subsets.py INTER_PACKAGE PHOSPHOR_PACKAGE

Each argument is the unpacked ``package`` folder. Written beside this file: four static cuts of
Inter (Latin, kerning and tabular digits kept) and three weights of the icon font with the glyphs
named in ``ICON_NAMES``; and ``ui/icon_glyphs.py``, the table from icon name to code point.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

HERE = Path(__file__).resolve().parent
TABLE = HERE.parents[1] / "ui" / "icon_glyphs.py"

INTER_CUTS = {
    "Inter-Regular.ttf": "web/Inter-Regular.woff2",
    "Inter-Medium.ttf": "web/Inter-Medium.woff2",
    "Inter-SemiBold.ttf": "web/Inter-SemiBold.woff2",
    "InterDisplay-SemiBold.ttf": "display/InterDisplay-SemiBold.woff2",
}
# Latin, the arrows and mathematical signs the screens use. The curly quotes are left to the
# Chinese font on purpose: Chinese sentences want them full width.
LATIN = (
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    *range(0x2002, 0x200B),
    *range(0x2010, 0x2015),
    *(0x2022, 0x2026, 0x2030, 0x20AC, 0x2122, 0x2190, 0x2191, 0x2192, 0x2193, 0x21B5, 0x23CE),
    *(0x2212, 0x2215, 0x2248, 0x2260, 0x2264, 0x2265, 0x2318, 0x21E7, 0x2303, 0x2325),
)
FEATURES = ["kern", "tnum", "lnum", "case", "zero", "ss01", "calt", "ccmp", "locl", "mark", "mkmk"]

ICON_CUTS = {
    "regular": "src/regular/Phosphor.ttf",
    "bold": "src/bold/Phosphor-Bold.ttf",
    "fill": "src/fill/Phosphor-Fill.ttf",
}
ICON_NAMES = """
    sun-horizon tray printer package stack tag arrow-u-up-left truck users chart-bar gear-six
    barcode scales storefront map-pin clock git-merge git-branch pause play link-break link wallet
    speaker-high speaker-slash speaker-low magnifying-glass x plus minus check check-circle
    check-fat caret-down caret-up caret-left caret-right caret-up-down arrow-up arrow-down
    arrow-left arrow-right arrows-clockwise arrow-clockwise arrow-counter-clockwise
    arrow-elbow-down-left download-simple upload-simple export copy rows list columns
    dots-three dots-three-vertical dots-six-vertical bell bell-ringing user user-circle warning
    warning-circle warning-octagon x-circle info question prohibit moon sun monitor desktop
    tag-simple chat-circle-text note note-pencil pencil-simple trash funnel funnel-simple
    sort-ascending sort-descending sliders-horizontal sliders arrows-out arrows-in
    arrows-out-simple arrows-in-simple arrow-square-out box-arrow-down box-arrow-up cube
    cube-focus archive shopping-bag gift calendar calendar-blank timer hourglass
    hourglass-medium pause-circle play-circle stop stop-circle skip-forward seal-check
    lightning lightning-slash plugs plugs-connected wifi-high wifi-slash cloud-slash cloud-check
    cloud-arrow-up cloud-arrow-down cloud-warning cloud lock lock-simple lock-open key shield-check
    eye eye-slash keyboard command hand hand-palm list-checks list-bullets list-numbers
    clipboard-text receipt invoice file-text file-csv file-xls folder-open database hard-drives
    floppy-disk image camera scan qr-code phone map-pin-line map-trifold house buildings
    arrows-split arrows-merge split-horizontal intersect circle-notch circle-dashed circle
    spinner sign-out sign-in users-three identification-badge crown star heart thumbs-up
    flag flag-banner fire snowflake wine drop leaf paper-plane-tilt paper-plane-right
    arrow-bend-up-left arrow-u-down-left swap repeat shuffle scissors ruler selection
    selection-all stamp sticker ticket percent currency-cny coins bank book-open books
    lifebuoy bug wrench hammer toolbox trend-up trend-down chart-line-up chart-line pulse
    gauge thermometer battery-full battery-low usb bluetooth globe globe-simple translate
    text-aa text-t magic-wand sparkle robot tray-arrow-down tray-arrow-up hand-pointing
    cursor-click caret-double-left caret-double-right caret-double-down frame-corners
    push-pin push-pin-slash backspace airplane-tilt siren megaphone
"""
ICONS = ICON_NAMES.split()


def code_points(css: Path) -> dict[str, int]:
    """Icon name to code point, as the package's own style sheet maps them."""
    rule = re.compile(r"\.ph\.ph-([a-z0-9-]+):before\s*\{\s*content:\s*\"\\([0-9a-f]+)\"")
    return {name: int(code, 16) for name, code in rule.findall(css.read_text("utf-8"))}


def write_subset(source: Path, target: Path, unicodes: list[int], features: list[str]) -> None:
    options = subset.Options()
    options.layout_features = features
    options.name_IDs = ["*"]
    options.hinting = False
    options.notdef_outline = True
    options.flavor = None
    font = subset.load_font(str(source), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=unicodes)
    cutter.subset(font)
    font.save(target)


def rename(font_file: Path, family: str) -> None:
    """One family per icon weight: every platform then finds it without matching styles."""
    font = TTFont(font_file)
    for record in font["name"].names:
        if record.nameID in (1, 4):
            record.string = family
        elif record.nameID == 6:
            record.string = family.replace(" ", "")
        elif record.nameID == 3:
            record.string = f"{family} subset"
    font.save(font_file)


def main(inter: Path, phosphor: Path) -> None:
    for target, source in INTER_CUTS.items():
        write_subset(inter / source, HERE / target, sorted(LATIN), FEATURES)
    shutil.copy(inter / "LICENSE.txt", HERE / "Inter-OFL.txt")
    known = code_points(phosphor / "src/regular/style.css")
    missing = [name for name in ICONS if name not in known]
    if missing:
        sys.exit(f"no such icon: {' '.join(missing)}")
    chosen = {name: known[name] for name in sorted(set(ICONS))}
    for cut, source in ICON_CUTS.items():
        target = HERE / f"Packbench-icons-{cut}.ttf"
        write_subset(phosphor / source, target, sorted(chosen.values()), [])
        rename(target, f"Packbench Icons {cut.capitalize()}")
    shutil.copy(phosphor / "LICENSE", HERE / "Phosphor-LICENSE.txt")
    lines = [f'    "{name}": 0x{code:04X},' for name, code in chosen.items()]
    head = '"""Icon name to code point (Phosphor 2.1); made by resources/fonts/make_subsets.py."""'
    body = "\n".join(lines)
    TABLE.write_text(
        f"{head}\n\nfrom __future__ import annotations\n\nfrom collections.abc import Mapping\n"
        f"from types import MappingProxyType\n\n"
        f"GLYPHS: Mapping[str, int] = MappingProxyType({{\n{body}\n}})\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
