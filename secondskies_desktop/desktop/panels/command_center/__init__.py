"""Homepage Command Center (H1.1, Module 15): where everything stands, and the way to everything."""
