"""What every room stands on: clock, sessions, settings, database, bus, jobs and attention."""
