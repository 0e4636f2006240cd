#!/bin/sh
# First-time set-up: the system libraries Qt needs, then .venv from requirements.lock.
# Everything is said on stderr, so that `make run` leaves stdout to the program.
set -eu
cd "$(dirname "$0")/.."
exec 1>&2

# Without a screen Qt needs the first line; real windows need the second as well.
QT_LIBRARIES="libegl1 libgl1 libxkbcommon0 libdbus-1-3 libfontconfig1 libglib2.0-0 fonts-dejavu-core
    libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-image0 libxcb-render-util0 libxcb-xkb1 libxkbcommon-x11-0"

is_installed() {
    # Debian 13 and Ubuntu 24.04 renamed some packages when time_t grew to 64 bits.
    for variant in "$1" "$1t64"; do
        status=$(dpkg-query -W -f '${db:Status-Status}' "$variant" 2>/dev/null || true)
        [ "$status" = installed ] && return 0
    done
    return 1
}

apt_install() {
    # Bounded, because a machine without a network must still come to its desktop.
    export DEBIAN_FRONTEND=noninteractive
    set -- -y -q --no-install-recommends -o Acquire::Retries=1 -o Acquire::http::Timeout=30 install "$@"
    apt-get "$@" || { apt-get -q -o Acquire::Retries=1 -o Acquire::http::Timeout=30 update && apt-get "$@"; }
}

install_or_tell() {
    if [ "$(id -u)" = 0 ] && apt_install "$@"; then
        return 0
    fi
    echo "Not installed by this set-up. Run: sudo apt-get install $*"
    return 1
}

install_qt_libraries() {
    missing=""
    for name in $QT_LIBRARIES; do
        is_installed "$name" || missing="$missing $name"
    done
    # shellcheck disable=SC2086 # a list of package names
    [ -z "$missing" ] || install_or_tell $missing || true
}

install_system_libraries() {
    [ "$(uname -s)" = Linux ] || return 0
    if command -v dpkg-query >/dev/null && command -v apt-get >/dev/null; then
        install_qt_libraries
    else
        echo "If no window opens, install EGL, OpenGL, xkbcommon, D-Bus, fontconfig, GLib and the xcb-util libraries."
    fi
}

is_usable() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null
}

make_venv() {
    for python in python3.11 python3.12 python3.13 python3 ""; do
        # A shim may be on PATH without the version behind it, so each is run rather than looked up.
        [ -n "$python" ] && is_usable "$python" && break
    done
    if [ -z "$python" ]; then
        echo "Second Skies needs Python 3.11, 3.12 or 3.13, and none of them is on PATH."
        return 1
    fi
    # Debian ships venv's pip apart from Python.
    "$python" -c 'import ensurepip' 2>/dev/null ||
        install_or_tell "$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')" || return 1
    "$python" -m venv --clear .venv
}

install_system_libraries
is_usable .venv/bin/python || make_venv
echo "Setting up .venv from requirements.lock: about a minute and a half the first time."
export PIP_DISABLE_PIP_VERSION_CHECK=1
.venv/bin/python -m pip install -q --require-hashes -r requirements.lock
.venv/bin/python -m pip install -q --no-deps --no-build-isolation -e .
touch .venv/.stamp
