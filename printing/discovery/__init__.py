"""Finding printers: what the system, the network's announcements and the ports know of."""
