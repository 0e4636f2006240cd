"""What the developer runs: set-up, lock, import contracts and the making of the market calendar."""
