"""TCP label printers on loopback that speak ESC/POS, TSPL, ZPL and CPCL and show what they burnt.

Independent of every writer of these languages: what comes out here is what the bytes say.
"""

from app.simulators.printers.bitmap import Paper
from app.simulators.printers.device import LabelPrinter, PrinterLanguage
from app.simulators.printers.mechanism import PrinterFaults, Sensors

__all__ = ["LabelPrinter", "Paper", "PrinterFaults", "PrinterLanguage", "Sensors"]
