"""When arrivals came, and in what order."""
