"""Did the demo go right? Judged by what the simulated world saw, not by what we believe."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.demo.stage import Stage
from app.domain.text import T, Text
from app.services import integrity
from app.services.orders import queries
from app.services.orders.queries import OrderRow
from app.services.parcels.parcel_queries import parcel_ids, parcel_rows
from app.simulators.seed_orders import SeedOrder

ELSEWHERE = "elsewhere"  # how the simulated shop notes what another program sent


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold; ``wrong`` names what does not."""

    name: str
    sentence: Text
    wrong: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not self.wrong


def judge(stage: Stage, paper: Path) -> list[Check]:
    """Every check of the demo."""
    rows = _rows(stage)
    printed = decode_papers(paper)
    return [
        Check(
            "reported_once",
            T("Every order that could go was reported exactly once."),
            tuple(_not_reported_once(stage)),
        ),
        Check(
            "held",
            T("What must not go was held for the right reason, and stayed."),
            tuple(_wrongly_held(stage, rows)),
        ),
        Check(
            "barcodes",
            T("Every printed label reads back as its waybill number, once."),
            tuple(_unread(stage, printed)),
        ),
        Check(
            "ledger",
            T("The ledger equals the balances, and every other rule of the database holds."),
            tuple(f"{b.rule} {b.ref}" for b in integrity.check(stage.services.work).broken),
        ),
    ]


def decode_papers(paper: Path) -> dict[str, list[str]]:
    """The Code 128 texts on each sheet, by file below ``paper``."""
    import zxingcpp
    from PIL import Image

    found: dict[str, list[str]] = {}
    for file in sorted(paper.rglob("*.png")):
        with Image.open(file) as image:
            codes = zxingcpp.read_barcodes(
                image.convert("L"), formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.Code128)
            )
        found[str(file.relative_to(paper))] = [code.text for code in codes]
    return found


def _rows(stage: Stage) -> dict[str, OrderRow]:
    work = stage.services.work
    ids = queries.order_ids(work, queries.OrderFilter())
    return {row.order_id: row for row in queries.order_rows(work, ids)}


def _effects(stage: Stage, seed: SeedOrder) -> int:
    """How many delivery/send of ours the shop accepted for the order."""
    shop = stage.world.shops[seed.shop]
    return sum(1 for s in shop.shipments(seed.order_id) if s.via != ELSEWHERE)


def _not_reported_once(stage: Stage) -> Iterator[str]:
    for seed in stage.world.scenario.orders:
        times = _effects(stage, seed)
        if times != (1 if seed.expectation.ships else 0):
            yield f"{seed.order_id} ({seed.kind}): {times}"


def _wrongly_held(stage: Stage, rows: dict[str, OrderRow]) -> Iterator[str]:
    for seed in stage.world.scenario.orders:
        row = rows.get(seed.order_id)
        if seed.expectation.ships or seed.expectation.out_of_flow is not None:
            continue
        wanted = sorted(seed.expectation.holds)
        got = sorted(row.holds) if row else []
        if got != wanted:
            yield f"{seed.order_id} ({seed.kind}): {got} ≠ {wanted}"


def _unread(stage: Stage, printed: dict[str, list[str]]) -> Iterator[str]:
    work = stage.services.work
    numbers = {r.waybill for r in parcel_rows(work, parcel_ids(work)) if r.printed}
    sheets: Counter[str] = Counter()
    for file, codes in printed.items():
        mine = set(codes) & numbers
        if len(mine) != 1 or set(codes) - mine:
            yield f"{file}: {sorted(set(codes))}"
        sheets.update(mine)
    yield from (f"{n}: {sheets[n]} sheets" for n in sorted(numbers) if sheets[n] != 1)
