"""The parts of a connected shop beside syncing and shipping, one desk each.

Every call that changes something ends with a ``ReportOutcome`` and never raises for an answer or
for the network; every question raises ``UserError`` or ``RetryableError``. Safe from any thread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from app.domain.address import Address
from app.domain.after_sales import AfterSaleCase, AfterSalePage, RejectReason, ReturnAddress
from app.domain.listings import ListingPage, ShopListing
from app.domain.orders import VirtualNumber
from app.ports.telling import ReportOutcome


class OrderDesk(Protocol):
    """What may be changed in an order before it is shipped."""

    def write_note(self, order_id: str, note: str) -> ReportOutcome:
        """The merchant's note; overwrites the one that is there."""
        ...

    def answer_address(self, order_id: str, *, accept: bool) -> ReportOutcome:
        """Accept or reject the buyer's pending address. No request pending: refused, ``reread``."""
        ...

    def propose_address(self, order_id: str, address: Address) -> ReportOutcome:
        """Ask the buyer to agree to another address (in clear); it is not in force before."""
        ...

    def answer_variant(self, order_id: str, *, accept: bool) -> ReportOutcome:
        """Accept or reject the buyer's pending change of variant."""
        ...

    def virtual_number(self, order_id: str) -> VirtualNumber:
        """The order's virtual number. Raises ``UserError`` (``virtual_number``): it has none."""
        ...

    def extend_virtual_number(self, order_id: str, times: int) -> VirtualNumber:
        """Let it live longer; ``times`` is how often that was done before (``extended``)."""
        ...

    def new_virtual_number(self, order_id: str) -> VirtualNumber:
        """A new one, once, after the first has expired."""
        ...


class AfterSaleDesk(Protocol):
    """After-sales: what buyers want back, and the shop's answers."""

    def changed(self, since: datetime, until: datetime, page_key: str) -> AfterSalePage:
        """Ids changed in ``[since, until]``, at most 24 hours.

        Raises ``UserError`` (``after_sale_window``) where only creation times can be asked for.
        """
        ...

    def created(self, since: datetime, until: datetime, page_key: str) -> AfterSalePage:
        """Ids created in ``[since, until]``, at most 24 hours."""
        ...

    def case(self, after_sale_id: str) -> AfterSaleCase: ...

    def reject_reasons(self) -> Sequence[RejectReason]: ...

    def return_addresses(self) -> Sequence[ReturnAddress]: ...

    def accept_return(self, after_sale_id: str, address_id: str) -> ReportOutcome:
        """Agree that the goods come back (or are exchanged). No money moves."""
        ...

    def refund(self, after_sale_id: str, *, returned: bool) -> ReportOutcome:
        """Pay back; ``returned``: the goods have come back. Money moves.

        At most one refund of an order a minute: later, with the time to wait.
        """
        ...

    def reject(
        self, after_sale_id: str, reason: int, words: str, evidence: Sequence[str] = ()
    ) -> ReportOutcome:
        """``reason`` is one of ``reject_reasons``; ``evidence`` are media ids."""
        ...

    def reject_exchange(
        self, after_sale_id: str, reason: int, words: str, evidence: Sequence[str] = ()
    ) -> ReportOutcome:
        """Refuse to send other goods, after what came back was looked at."""
        ...

    def upload(self, name: str, content: bytes) -> str:
        """Put a picture (PNG, JPEG, GIF) on the platform; returns its media id."""
        ...

    def send_evidence(self, after_sale_id: str, media: Sequence[str], words: str) -> ReportOutcome:
        """Proof of a refund that was made outside the platform."""
        ...

    def ship_exchange(self, after_sale_id: str, company: str, number: str) -> ReportOutcome:
        """The other goods are on their way (``company`` is the shop's carrier code)."""
        ...


class GoodsDesk(Protocol):
    """What the shop sells, and how much it believes there is."""

    def listings(self, page_key: str) -> ListingPage:
        """Product ids, at most 30 a page."""
        ...

    def listing(self, product_id: str) -> ShopListing: ...

    def stock(self, product_ids: Sequence[str]) -> Mapping[tuple[str, str], int]:
        """Pieces for sale by product id and sku id."""
        ...

    def change_stock(self, product_id: str, sku_id: str, delta: int) -> ReportOutcome:
        """Add or take away pieces. Not idempotent: after an unclear outcome read ``stock`` anew."""
        ...

    def set_stock(self, product_id: str, sku_id: str, quantity: int) -> ReportOutcome:
        """Overwrite what the shop believes. Races with sales: only on a person's action."""
        ...

    def put_on_sale(self, product_id: str, *, on: bool) -> ReportOutcome: ...
