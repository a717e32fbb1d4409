"""Kuaidi100 快递100: one contract for many companies, and a window on everybody's tracks."""
