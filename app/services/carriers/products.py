"""The products that an account may book, for whoever chooses one."""

from __future__ import annotations

from collections.abc import Sequence

from app.ports import Capability, ListsProducts, Product, has
from app.services.workplace import Workplace


def listed(work: Workplace, account: str) -> Sequence[Product]:
    """The account's products with their names; none where its carrier has no such choice.

    Asks nobody. Raises ``UserError`` for an unknown account or a missing secret.
    """
    source = work.outside.carrier(account)
    if has(source, Capability.PRODUCTS) and isinstance(source, ListsProducts):
        return source.products()
    return ()
