#!/usr/bin/env bash
# ./run.sh [ARGS]: installs what is missing, builds, and starts `ringside ARGS`.
# Without ARGS: the window on the tour; with no display, the same story as text and its pictures in build/tour/.
set -euo pipefail
caller=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")"
here=$PWD
. setup/install.sh
. setup/tour.sh

install_packages build window guest fonts
configure_and_build default build ringside kernel_stub/all samples/all || exit 125

if [ $# -gt 0 ]; then
    cd "$caller" # ARGS may name files where the caller stands
    exec "$here/build/ringside" "$@"
elif has_display; then
    exec "$here/build/ringside" open "$TOUR_PROGRAM"
else
    tell_tour
fi
