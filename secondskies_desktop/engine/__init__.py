"""The composition root and the running services: one thread, one loop, no Qt."""
