"""The page of waves: numbers, labels and pick lists."""
