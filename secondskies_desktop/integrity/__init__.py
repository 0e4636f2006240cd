"""What is missing, what was filled in from where, how sure that is, and what looks wrong."""
