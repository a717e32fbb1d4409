"""What every test of the WeChat Store adapter starts from."""

from __future__ import annotations

import pytest

from tests.shops.wechat.recording import RecordingTransport


@pytest.fixture
def transport() -> RecordingTransport:
    return RecordingTransport()
