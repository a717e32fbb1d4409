from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.calling import Shell


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """The command line on an empty data folder."""
    return Shell(tmp_path / "data")
