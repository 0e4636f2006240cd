"""One signal from triangle to exit: journey, numbers with their reasons, chart, events and raw payloads."""
