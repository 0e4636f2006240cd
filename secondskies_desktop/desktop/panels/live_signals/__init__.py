"""Live Signals: every signal with how far it has run, kept up while it lives."""
