"""The log of what was filled in, taken back and chosen."""
