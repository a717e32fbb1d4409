"""The demo warehouse: our services on the simulated world, from new orders to shipped ones."""
