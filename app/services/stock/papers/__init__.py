"""Stock papers: receipts, counts, and what POS and WMS programs hand over by file."""
