"""What pyproject.toml cannot say: the packages found in the tree, and the resources beside it."""

from __future__ import annotations

from setuptools import find_packages, setup

RESOURCES = "secondskies_desktop.resources"

setup(
    packages=[*find_packages(include=["secondskies_desktop", "secondskies_desktop.*"]), RESOURCES],
    package_dir={RESOURCES: "resources"},
    package_data={
        RESOURCES: [f"**/*.{kind}" for kind in ("json", "toml", "pine", "png", "svg", "qss", "wav")],
    },
)
