"""What YTO's label needs: the three segments, under the name that the answer gives them.

YTO documents ``shortAddress`` without saying what it means, and integrators met other names.
"""

from __future__ import annotations

from app.carriers.plain_label import PlainLabel

LABEL = PlainLabel(
    "圆通速递",
    marks=(
        *("shortAddress", "short_address", "threeSegmentCode", "threeCode"),
        *("bigPen", "markDestination"),
    ),
    bags=("packageCenterName", "packagePlace", "bagAddr"),
    qrcodes=("qrCode", "qrcode"),
)
