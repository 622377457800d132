#!/usr/bin/env bash
# tests/fresh/fresh.sh [--fast | --fast-offline] [--keep] [--only-run]: do the two commands work on a Debian 12 that has nothing?
#
# Makes a bare root with debootstrap (kept as a tarball in the cache for the next time), clones the last commit into it, and
# there runs ./run.sh and ./test.sh, first with the network, then both again without. Needs root, debootstrap and the
# network; the packages come from where this machine's own apt gets them. Not part of ./test.sh: it takes half an hour.
#   --fast      passes --fast to ./test.sh
#   --fast-offline  the same, but only where there is no network: the whole of it is run once
#   --only-run  leaves ./test.sh out
#   --keep      leaves the root there, and says where
# The cache is $RINGSIDE_FRESH_CACHE, or ringside-fresh in /var/tmp.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

say() { printf 'fresh: %s\n' "$*" >&2; }
die() { say "$*"; exit 125; }

keep=0 tests=1 test_options=() offline_options=()
for argument in "$@"; do
    case $argument in
        --fast) test_options=(--fast) offline_options=(--fast) ;;
        --fast-offline) offline_options=(--fast) ;;
        --keep) keep=1 ;;
        --only-run) tests=0 ;;
        *) die "usage: tests/fresh/fresh.sh [--fast | --fast-offline] [--keep] [--only-run]" ;;
    esac
done
[ "$(id -u)" = 0 ] || die "needs root, for chroot and namespaces"
for tool in debootstrap git unshare ip; do
    command -v $tool >/dev/null || die "needs $tool (apt-get install debootstrap git util-linux iproute2)"
done

suite=bookworm
cache=${RINGSIDE_FRESH_CACHE:-/var/tmp/ringside-fresh}
base=$cache/$suite-minbase.tar
root=$(mktemp -d "${TMPDIR:-/var/tmp}/ringside-root.XXXXXX")
mkdir -p "$cache/archives"

finish() {
    if [ $keep = 1 ]; then say "the root is $root"; else rm -rf --one-file-system "$root"; fi
}
trap finish EXIT

# shellcheck disable=SC2016  # the format is apt's
host_mirror() { # where this machine's apt finds the suite
    apt-get indextargets --format '$(CODENAME) $(REPO_URI)' 'Created-By: Packages' |
        awk -v suite=$suite '$1 == suite { print $2; exit }'
}

make_base() {
    local mirror proxy=''
    mirror=$(host_mirror)
    eval "$(apt-config shell proxy Acquire::http::Proxy)"
    say "making the bare root, once"
    http_proxy=${proxy:-${http_proxy:-}} debootstrap --variant=minbase $suite "$root" \
        "${mirror:-http://deb.debian.org/debian}" >"$cache/debootstrap.log" 2>&1 ||
        die "debootstrap failed: $cache/debootstrap.log"
    tar -C "$root" --one-file-system -cf "$base.part" . && mv "$base.part" "$base"
}

use_host_apt() { # sources, proxies and keys, for this run only
    rm -rf "$root/etc/apt/sources.list" "$root/etc/apt/sources.list.d"
    cp -aL /etc/apt/sources.list* "$root/etc/apt/" 2>/dev/null || true
    cp -a /usr/share/keyrings/. "$root/usr/share/keyrings/"
    apt-config dump | grep -E '^Acquire::' >"$root/etc/apt/apt.conf.d/90host" || true
    echo 'APT::Keep-Downloaded-Packages "true"; Binary::apt::APT::Keep-Downloaded-Packages "true";' \
        >"$root/etc/apt/apt.conf.d/91keep"
    cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
}

# Runs a command in the root, with its own mounts and processes; NETWORK=no takes the network away.
# shellcheck disable=SC2016  # expanded by the inner shell
inside() {
    local namespaces=(--mount --pid --fork --kill-child)
    [ "${NETWORK:-yes}" = yes ] || namespaces+=(--net)
    unshare "${namespaces[@]}" bash -c '
        set -e
        root=$1 archives=$2 network=$3; shift 3
        [ "$network" = yes ] || ip link set lo up
        mount -t proc proc "$root/proc"
        mount -t sysfs -o ro sysfs "$root/sys" 2>/dev/null || true
        mount --bind /dev "$root/dev"
        mount -t tmpfs tmpfs "$root/dev/shm"
        mount --bind "$archives" "$root/var/cache/apt/archives"
        exec chroot "$root" env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
            TERM=dumb LANG=C.UTF-8 "$@" </dev/null' bash "$root" "$cache/archives" "${NETWORK:-yes}" "$@"
}

stage() { # NAME COMMAND...
    local name=$1 start=$SECONDS
    shift
    say "$name"
    "$@" || { say "$name: FAILED after $((SECONDS - start)) s"; keep=1; exit 1; }
    say "$name: passed in $((SECONDS - start)) s"
}

both_commands() { # HOW
    stage "./run.sh, $1" inside /ringside/run.sh
    stage "./run.sh run hello, $1" inside /ringside/run.sh run hello
    if [ $tests = 1 ]; then
        stage "./test.sh ${test_options[*]}, $1" inside /ringside/test.sh "${test_options[@]}"
    fi
}

if [ -s "$base" ]; then tar -C "$root" -xf "$base"; else make_base; fi
use_host_apt
git clone -q --no-hardlinks . "$root/ringside"

NETWORK=yes both_commands "with the network"
test_options=("${offline_options[@]}")
NETWORK=no both_commands "without"
say "both commands work on a bare Debian 12, with and without the network"
