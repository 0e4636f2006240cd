"""What wants the trader now, and what did before."""
