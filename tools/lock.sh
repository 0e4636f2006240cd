#!/bin/sh
# Resolves requirements.lock for every platform and Python version, with hashes and without addresses.
set -eu
cd "$(dirname "$0")/.."

uv=$(command -v uv || true)
if [ -z "$uv" ]; then
    workshop=$(mktemp -d)
    trap 'rm -rf "$workshop"' EXIT
    python3 -m venv "$workshop"
    "$workshop/bin/python" -m pip install -q uv >&2
    uv=$workshop/bin/uv
fi

UV_PYTHON_DOWNLOADS=never "$uv" pip compile --quiet --universal --generate-hashes --python-version 3.11 \
    --all-extras --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" "$@" \
    --output-file requirements.lock pyproject.toml
