"""Where the areas of a label stand, for each paper: rows in mm from the top of the label."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.errors import UserError
from app.domain.text import T


@dataclass(frozen=True, slots=True)
class Rows:
    """Lower edge of each row of the part that stays on the parcel, and the columns' edges.

    ``strip_x`` is where the column at the right begins (turned code, or SF's mapping code).
    ``copy_top`` is where the second part begins below the perforation; 0 on one-part paper,
    where the shop's own area fills the label down to ``end``.
    """

    width: float
    height: float
    left: float
    right: float
    top: float
    header: float
    route: float
    code: float
    bag: float
    receiver: float
    sender: float
    service: float
    goods: float
    end: float
    strip_x: float
    route_pt: float
    qr_mm: float
    perforation: float = 0.0


# ZTO, Yunda, plain: route above the code, a strip at the right with the turned code.
STRIP_ROWS = (
    Rows(
        width=76, height=130, left=4, right=72, top=3.4, header=11.6, route=22.6, code=39.4,
        bag=47.6, receiver=65.2, sender=74, service=94.4, goods=99.6, end=126.6,
        strip_x=57.5, route_pt=31, qr_mm=18.5,
    ),
    Rows(
        width=100, height=150, left=3.5, right=96.5, top=2.6, header=10, route=21, code=37.2,
        bag=45.2, receiver=62, sender=70.4, service=88.4, goods=88.4, end=147.4,
        strip_x=80, route_pt=36, qr_mm=18.5, perforation=90,
    ),
    Rows(
        width=100, height=180, left=3.5, right=96.5, top=3, header=11.4, route=25, code=45,
        bag=54, receiver=76, sender=87, service=108.2, goods=108.2, end=177.4,
        strip_x=80, route_pt=42, qr_mm=18.5, perforation=110,
    ),
)  # fmt: skip
# SF: the code above the route; the strip holds the mapping codes beside both parties.
SF_ROWS = (
    Rows(
        width=76, height=130, left=3, right=73, top=2.6, header=11, code=28.4, route=41,
        bag=41, receiver=59.4, sender=68.4, service=93, goods=98.2, end=127.4,
        strip_x=53, route_pt=34, qr_mm=24.6,
    ),
    Rows(
        width=100, height=150, left=3, right=97, top=2.6, header=10.4, code=26.6, route=39,
        bag=39, receiver=55.4, sender=64, service=88.6, goods=88.6, end=147.4,
        strip_x=74, route_pt=42, qr_mm=24.6, perforation=90,
    ),
    Rows(
        width=100, height=180, left=3, right=97, top=3, header=11.4, code=31, route=46,
        bag=46, receiver=66, sender=77, service=108.4, goods=108.4, end=177.4,
        strip_x=74, route_pt=48, qr_mm=24.6, perforation=110,
    ),
)  # fmt: skip

_SPARE_MM = 1.5  # drivers and rolls differ by a millimetre


def rows_for(layouts: tuple[Rows, ...], width_mm: float, height_mm: float) -> Rows:
    """The largest layout that stands on paper of this size.

    Raises:
        UserError: ``media_too_small``.
    """
    fitting = [
        rows
        for rows in layouts
        if rows.width <= width_mm + _SPARE_MM and rows.height <= height_mm + _SPARE_MM
    ]
    if not fitting:
        raise UserError(
            "media_too_small",
            T(
                "A label does not fit on {width}×{height} mm.",
                width=f"{width_mm:g}",
                height=f"{height_mm:g}",
            ),
            T("Use 76×130, 100×150 or 100×180 mm paper."),
        )
    return max(fitting, key=lambda rows: rows.width * rows.height)


def media_size(media: str) -> tuple[float, float]:
    """Width and height in mm of ``76x130`` or ``A4``.

    Raises:
        UserError: ``media_unknown``.
    """
    name = media.strip().lower()
    if name == "a4":
        return 210.0, 297.0
    width, _, height = name.replace("×", "x").partition("x")
    try:
        size = float(width), float(height)
    except ValueError:
        size = (0.0, 0.0)
    if not (20 <= size[0] <= 500 and 20 <= size[1] <= 1000):
        raise UserError(
            "media_unknown",
            T("The paper size {media} is not understood.", media=media),
            T("Write width and height in mm, for example 76x130."),
        )
    return size
