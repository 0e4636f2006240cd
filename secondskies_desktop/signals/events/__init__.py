"""Which arrivals told of signals, and what they told."""
