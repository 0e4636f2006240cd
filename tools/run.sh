#!/bin/sh
# The demo on the desktop, or without one where there is no display. stdout belongs to the program alone.
set -eu
cd "$(dirname "$0")/.."

if [ "$(uname -s)" = Linux ] && [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    echo "No display: the demo runs headless for 20 seconds." >&2
    exec .venv/bin/secondskies demo --headless --json --seconds 20
fi
exec .venv/bin/secondskies desktop --demo
