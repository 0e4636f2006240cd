"""One small module a format: the columns it is recognised by, and what a row of it becomes."""
