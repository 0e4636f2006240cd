"""The figures of `make bench`, side by side in one run."""
