#!/bin/sh
# Prints the path of a Chrome or Chromium for the browser tests: one that is here, else Debian's through apt
# where this user may install packages. Prints nothing where none can be had; what apt says goes to stderr.
find_browser() {
    for name in "$POSTIL_CHROMIUM" chromium chromium-browser google-chrome google-chrome-stable chrome; do
        [ -n "$name" ] && command -v "$name" && return 0
    done
    return 1
}

install_browser() {
    command -v apt-get >/dev/null || return 1
    if [ "$(id -u)" = 0 ]; then as_root=; else as_root="sudo -n"; $as_root true 2>/dev/null || return 1; fi
    echo "Installing Chromium for the browser tests (once) …" >&2
    DEBIAN_FRONTEND=noninteractive
    export DEBIAN_FRONTEND
    { $as_root apt-get update -qq && $as_root apt-get install -y -qq --no-install-recommends chromium; } >&2
}

find_browser || { install_browser && find_browser; }
