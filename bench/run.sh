#!/usr/bin/env bash
# bench/run.sh [OPTION OF GOOGLE BENCHMARK...] [--check]: installs what is missing, builds the release preset, and measures.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. setup/install.sh
install_packages build window guest fonts bench
configure_and_build release build-release bench_loops ringside kernel_stub/all samples/all || exit 125
exec build-release/bench/bench_loops "$@"
