"""Entry point of `secondskies` and of `python -m secondskies_desktop`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; without a command, the desktop."""
    if getattr(sys, "frozen", False):
        import multiprocessing

        multiprocessing.freeze_support()
    from secondskies_desktop.cli.app import run

    run()


if __name__ == "__main__":
    main()
