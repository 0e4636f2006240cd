"""Main Dashboard (H1.2, Module 16): how today stands, and what it says so far."""
