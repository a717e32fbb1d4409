"""Every table of Packbench. SQLite by default, PostgreSQL by changing one URL.

Ids are our own keys (text, see ``app.domain.keys``); only append-only journals (ledger, scans,
audit) count upwards. Personal data in clear is never in a plain column: ``*_sealed`` columns hold
it encrypted with a key from the secret store.
"""

from __future__ import annotations

from app.store.tables.base import metadata
from app.store.tables.carriers import (
    account_calls,
    account_states,
    label_files,
    price_tables,
    reach_regions,
    waybill_fees,
)
from app.store.tables.freight import freight_lines, freight_statements
from app.store.tables.goods import (
    bundle_parts,
    gift_rules,
    listings,
    look_alikes,
    products,
    sku_barcodes,
    skus,
)
from app.store.tables.journal import audit, outbox, push_events, scans
from app.store.tables.orders import (
    after_sales,
    order_lines,
    order_secrets,
    orders,
    reason_templates,
    secret_words,
)
from app.store.tables.parcels import (
    address_corrections,
    holds,
    parcel_line_parts,
    parcel_lines,
    parcels,
    reservations,
    shipments,
    waves,
)
from app.store.tables.setup import (
    accounts,
    benches,
    label_designs,
    leases,
    printers,
    quotas,
    rolls,
    rules,
    settings,
    shared_secrets,
    shop_accounts,
    shops,
    sync_cursors,
    users,
)
from app.store.tables.stock import (
    bins,
    serial_events,
    sku_days,
    stock_balances,
    stock_batches,
    stock_document_lines,
    stock_documents,
    stock_moves,
    stock_serials,
    stock_spots,
)
from app.store.tables.travels import track_events, tracks
from app.store.tables.waybills import print_jobs, waybill_requests, waybills

__all__ = [
    "account_calls",
    "account_states",
    "accounts",
    "address_corrections",
    "after_sales",
    "audit",
    "benches",
    "bins",
    "bundle_parts",
    "freight_lines",
    "freight_statements",
    "gift_rules",
    "holds",
    "label_designs",
    "label_files",
    "leases",
    "listings",
    "look_alikes",
    "metadata",
    "order_lines",
    "order_secrets",
    "orders",
    "outbox",
    "parcel_line_parts",
    "parcel_lines",
    "parcels",
    "price_tables",
    "print_jobs",
    "printers",
    "products",
    "push_events",
    "quotas",
    "reach_regions",
    "reason_templates",
    "reservations",
    "rolls",
    "rules",
    "scans",
    "secret_words",
    "serial_events",
    "settings",
    "shared_secrets",
    "shipments",
    "shop_accounts",
    "shops",
    "sku_barcodes",
    "sku_days",
    "skus",
    "stock_balances",
    "stock_batches",
    "stock_document_lines",
    "stock_documents",
    "stock_moves",
    "stock_serials",
    "stock_spots",
    "sync_cursors",
    "track_events",
    "tracks",
    "users",
    "waves",
    "waybill_fees",
    "waybill_requests",
    "waybills",
]
