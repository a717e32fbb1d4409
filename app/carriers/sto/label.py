"""What STO's label needs: 大字 and 集包地, under the names that the answers give them."""

from __future__ import annotations

from app.carriers.plain_label import PlainLabel

LABEL = PlainLabel(
    "申通快递",
    marks=("bigWord", "bigword", "threeSegmentCode", "shortAddress", "mark"),
    bags=("packagePlace", "packagePlaceName", "bagAddr"),
    qrcodes=("qrCode", "qrcode"),
)
