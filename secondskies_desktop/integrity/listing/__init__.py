"""What is open, as a screen lists it."""
