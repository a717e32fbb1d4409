"""The configuration file of ``config apply``, and the few settings outside the database.

Which keys a shop platform or a carrier takes is told by its adapter (``AdapterKeys``): this room
knows none of them, so a new carrier touches its own folder only.
"""

from app.settings.config import (
    AdapterKeys,
    Adapters,
    ApprovalConfig,
    CarrierConfig,
    Config,
    ReachConfig,
    RelayConfig,
    ShopConfig,
    SlipConfig,
    UserConfig,
    secret_name,
)
from app.settings.local import (
    DATA_KEY,
    DATABASE_PASSWORD,
    RELAY_SECRET,
    SHARED_KEY,
    LocalSettings,
    read_local,
    split_password,
    with_password,
    write_local,
)
from app.settings.parsing import parse_config, read_config
from app.settings.parts import DOCUMENTS as PAPER_DOCUMENTS
from app.settings.problems import ConfigError
from app.settings.single import checked_printer

__all__ = [
    "DATABASE_PASSWORD",
    "DATA_KEY",
    "PAPER_DOCUMENTS",
    "RELAY_SECRET",
    "SHARED_KEY",
    "AdapterKeys",
    "Adapters",
    "ApprovalConfig",
    "CarrierConfig",
    "Config",
    "ConfigError",
    "LocalSettings",
    "ReachConfig",
    "RelayConfig",
    "ShopConfig",
    "SlipConfig",
    "UserConfig",
    "checked_printer",
    "parse_config",
    "read_config",
    "read_local",
    "secret_name",
    "split_password",
    "with_password",
    "write_local",
]
