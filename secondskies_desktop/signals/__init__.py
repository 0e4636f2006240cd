"""Events, wire formats, the fold that turns events into signals, and their outcome in R."""
