"""From a label's data to paper.

Documents (data to page), languages (page to bytes), devices (bytes to paper).
"""
