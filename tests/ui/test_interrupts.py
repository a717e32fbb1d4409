"""A signal ends the window, whatever it is doing; afterwards signals mean what they meant."""

from __future__ import annotations

import os
import signal

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from ui.interrupts import INTERRUPTED, ended_by_signals


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_window_that_rests(qapp: QApplication, number: signal.Signals) -> None:
    before = signal.getsignal(number)
    late = QTimer()
    late.setSingleShot(True)
    late.timeout.connect(lambda: qapp.exit(1))
    late.start(20_000)
    with ended_by_signals(qapp):
        QTimer.singleShot(0, lambda: os.kill(os.getpid(), number))
        assert qapp.exec() == INTERRUPTED
    late.stop()
    assert signal.getsignal(number) is before
    assert signal.set_wakeup_fd(-1) == -1
