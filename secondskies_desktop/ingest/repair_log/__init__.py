"""How arrivals are to be read in place of their own bytes: append-only truth beside the inbox."""
