#!/usr/bin/env bash
# bench/figures.sh [DIRECTORY]: every row of bench/README.md's tables, measured one after the other in a build that has the
# benchmarks (default: build-release, which bench/run.sh makes). Wants a quiet machine; compare ratios, not times.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if [ $# -gt 0 ]; then
    directory=$1
else
    . setup/install.sh
    install_packages build window guest fonts bench
    directory=build-release
    configure_and_build release "$directory" bench_loops bench_models bench_calls bench_machine ringside \
        kernel_stub/all samples/all || exit 125
fi
for name in loops models calls machine; do
    "$directory/bench/bench_$name" | sed -n '/^| /,$p'
done
