"""What the shops say, read into the database: windows, sweeps, pushes and the self-check."""
