"""How what wants the trader reaches him: rules, escalation, quiet hours, channels, history."""
