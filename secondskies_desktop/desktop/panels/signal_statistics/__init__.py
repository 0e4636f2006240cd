"""Signal Statistics (H1.4C): totals, outcomes, excursions, events and the trading calendar."""
