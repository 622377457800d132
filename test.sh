#!/usr/bin/env bash
# ./test.sh [--fast | --whole]: installs what is missing, builds, and runs every test; the last line counts them.
# --fast: the default build and its quick tests only. Otherwise also: the slow tests, the tests under clang's sanitizers,
# the fuzz targets, clang-tidy, and how well the models are tested. --whole: some of the slow ones also with so many random
# cases that they take twenty minutes more.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 125
. setup/install.sh
. setup/tour.sh

fast=0 only=()
case "${1:-}" in
    "") ;;
    --fast) fast=1 only=(--label-exclude slow) ;;
    --whole) only=(--build-config whole) ;;
    *) die "usage: ./test.sh [--fast | --whole]" ;;
esac

passed=0 failed=0 skipped=0
jobs=$(nproc)

check() { # NAME COMMAND...: one test, passed when the command succeeds
    local name=$1 start=$SECONDS verdict=passed
    shift
    printf '\n== %s\n' "$name"
    if "$@"; then passed=$((passed + 1)); else verdict=FAILED failed=$((failed + 1)); fi
    printf '== %s: %s, %d s\n' "$name" "$verdict" $((SECONDS - start))
    [ $verdict = passed ]
}

suite() { # PRESET DIRECTORY [CTEST OPTION...]: every test of a build, counted from ctest's own report
    local preset=$1 report=$2/tests.xml all bad
    shift 2
    rm -f "$report"
    printf '\n== tests, %s\n' "$preset"
    ctest --preset "$preset" --parallel "$jobs" --no-tests=error --output-junit "${report#*/}" "$@" </dev/null
    if [ ! -s "$report" ]; then
        failed=$((failed + 1))
        return
    fi
    count() { grep -om1 "^[[:space:]]*$1=\"[0-9]*\"" "$report" | tr -dc 0-9; }
    all=$(count tests) bad=$(count failures) none=$(($(count skipped) + $(count disabled)))
    failed=$((failed + bad)) skipped=$((skipped + none)) passed=$((passed + all - bad - none))
}

NEEDED_GROUPS=(build test)
install_packages build window guest fonts test

if check "build, default" configure_and_build default build; then
    suite default build "${only[@]}"
    check "tour without a display" tour_is_told
fi
if [ $fast = 0 ]; then
    # What the tests of the models cover, whether each of their checks is missed when it answers the opposite, and what
    # clang-tidy says of them (all rooms would keep it a quarter of an hour).
    if check "build, models" configure_and_build models build-models tests_mmu tests_seg tests_mmu_vectors tests_seg_vectors; then
        suite models build-models --label-regex models
        check "clang-tidy, the models" python3 -B tests/architecture/check.py tidy build-models mmu seg
    fi
    # Clang's second opinion, with the sanitizers in it. What they cannot see (formatting, include directions, guests on
    # another machine) and what takes minutes is not run twice.
    check "build, asan" configure_and_build asan build-asan &&
        suite asan build-asan --label-exclude "static|slow|elsewhere|long"
fi

printf '\n%d passed, %d failed' $passed $failed
[ $skipped = 0 ] || printf ', %d skipped' $skipped
printf '\n'
[ $failed = 0 ] && [ $passed -gt 0 ]
