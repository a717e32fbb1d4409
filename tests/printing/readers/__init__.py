"""Readers of label languages, written from the manuals alone.

They share no code with ``printing.languages`` (the writers) nor with ``app.simulators.printers``
(the device the demo prints on), so that a mistake has to be made three times to go unseen. Each
gives back ``Page``: where dots are black, in the coordinates of the paper.
"""

from tests.printing.readers.page import Page, ReadError

__all__ = ["Page", "ReadError"]
