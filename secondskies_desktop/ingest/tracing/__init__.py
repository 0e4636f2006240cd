"""The way of arrivals through the program, step by step with times."""
