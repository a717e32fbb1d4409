"""An IPP printer that says what it is told, for the tests of the client."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.printing.ipp_server import ToldPrinter, done, driverless, serving


@pytest.fixture
def told() -> ToldPrinter:
    return ToldPrinter(driverless(), done())


@pytest.fixture
def address(told: ToldPrinter) -> Iterator[str]:
    with serving(told) as where:
        yield where
