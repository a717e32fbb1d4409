"""Opening the window on services that are opened for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from app.services.workplace import Topics
from ui.change_feed import ChangeRelay
from ui.main_window import WindowServices
from ui.main_window import open_window as show_window


class ClosableServices(WindowServices, Protocol):
    """Services that whoever opened them must close."""

    def close(self) -> None: ...


OpenServices = Callable[[Callable[[Topics], None]], ClosableServices]


def open_window(open_services: OpenServices, *, language: str = "", demo: bool = False) -> int:
    """Show the window until it is closed; the process's exit status.

    ``open_services`` is given what to call after every change. Raises what it raises.
    """
    services = open_services(ChangeRelay())
    try:
        return show_window(services, language=language, demo=demo)
    finally:
        services.close()
