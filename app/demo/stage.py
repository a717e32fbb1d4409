"""A fresh data folder, configured for a simulated warehouse and stocked for its orders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.bootstrap import Services, adapters, open_services
from app.services import configuring
from app.services.stock import importing, remapping
from app.services.workplace import Topics
from app.settings import parse_config
from app.simulators.goods import stock_rows
from app.simulators.scenario import Scenario, build_scenario
from app.simulators.warehouse import SimulatedWarehouse

BENCH = "A3"
USER = "陈晓雯"
DEFAULT_ORDERS = 60
DEFAULT_SEED = 318


@dataclass(frozen=True, slots=True)
class Stage:
    """The demo's two sides."""

    services: Services
    world: SimulatedWarehouse


def demo_scenario(seed: int | None, orders: int | None, now: datetime) -> Scenario:
    """The demo's orders. Bundles wait for the stock rooms that can hold them."""
    return build_scenario(
        DEFAULT_SEED if seed is None else seed, now, orders or DEFAULT_ORDERS, bundles=False
    )


@contextmanager
def open_stage(scenario: Scenario, data: Path, paper: Path | None) -> Iterator[Stage]:
    """Simulators and services in this process; ``paper`` gets what the printers print."""
    with SimulatedWarehouse(scenario, paper=paper) as world:
        services = open_demo_services(data, scenario, world.configuration())
        try:
            yield Stage(services, world)
        finally:
            services.close()


def open_demo_services(
    data: Path,
    scenario: Scenario,
    configuration: str,
    announce: Callable[[Topics], None] | None = None,
    *,
    draw_beside: bool = False,
) -> Services:
    """Services on the fresh folder ``data``, configured and stocked for ``scenario``."""
    services = open_services(
        data,
        user=USER,
        bench=BENCH,
        announce=announce,
        keyring_allowed=False,
        draw_beside=draw_beside,
    )
    config = parse_config(configuration.encode(), adapters(), {})
    configuring.apply(services.work, services.secrets, config)
    importing.import_rows(services.work, stock_rows(scenario.goods))
    for m in scenario.mappings:
        ((sku, pieces),) = m.contents
        remapping.map_listing(services.work, m.shop, m.product_id, m.sku_id, sku, pieces)
    return services
