"""Order lines with nothing odd about them."""

from __future__ import annotations

from datetime import datetime

from app.domain.orders import LineSnapshot


def plain_line(key: str, code: str, pieces: int, deadline: datetime | None = None) -> LineSnapshot:
    """Pieces of the item with this code, at 1 yuan each, due at ``deadline``."""
    return LineSnapshot(
        line_key=key,
        product_id=f"p-{code}",
        sku_id=f"s-{code}",
        title=code,
        spec="",
        sku_code=code,
        barcode="",
        image_url="",
        quantity=pieces,
        refunded_quantity=0,
        refunding_quantity=0,
        shipped_quantity=0,
        paid_fen=100,
        unit_price_fen=100,
        deadline_at=deadline,
        presale=False,
        predicted_at=None,
        is_free_gift=False,
        sku_change_pending=False,
        new_sku_id="",
        dropship=False,
    )
