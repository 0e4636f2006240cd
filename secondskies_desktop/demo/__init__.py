"""A seeded market and a simulated indicator with its defects; tests and benchmarks use it too."""
