"""After-sales (售后): what buyers want back, the shop's answers, and what comes of them.

``sync`` brings the cases in, ``queries`` shows them, ``answers`` and ``exchanges`` answer them,
``reasons`` keeps the shop's sentences, ``approval`` says who may pay how much back.
"""

from __future__ import annotations

from app.services.after_sales.fetching import refresh, sync

__all__ = ["refresh", "sync"]
