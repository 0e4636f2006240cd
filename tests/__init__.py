"""The tests: one room for each room of the package, and three about the house itself."""
