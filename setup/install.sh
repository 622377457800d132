# shellcheck shell=bash
# Sourced by run.sh and test.sh: what is missing is installed, what is there is not mentioned.

NEEDED_GROUPS=(build) # what cannot be left out; test.sh adds to it

say() { printf 'ringside: %s\n' "$*" >&2; }
die() { say "$*"; exit 125; }

packages_of() { # GROUP...: the names in setup/packages.txt that belong to these groups
    awk -v groups=" $* " '!/^#/ && NF == 2 && index(groups, " " $1 " ") { print $2 }' setup/packages.txt
}

missing_of() { # GROUP...: those of them that are not installed (for this machine's own architecture)
    local wanted
    wanted=$(packages_of "$@")
    # shellcheck disable=SC2086  # package names are words
    { dpkg-query -W -f='${Package} ${db:Status-Status}\n' $wanted 2>/dev/null || true; } |
        awk -v wanted="$wanted" '$2 == "installed" { have[$1] = 1 }
            END { n = split(wanted, w, "\n"); for (i = 1; i <= n; i++) if (!(w[i] in have)) print w[i] }'
}

# Reads what apt-get (status lines) and ninja ("[k/n] …") print and shows how far they are: one moving line on a terminal,
# a line every tenth elsewhere. All of it goes to LOG; what a compiler says is shown as it is.
progress() { # WHAT LOG
    local line percent=-1 shown=-10 text tty=0
    [ -t 2 ] && tty=1
    while IFS= read -r line; do
        printf '%s\n' "$line" >&3
        case $line in
            dlstatus:* | pmstatus:*)
                IFS=: read -r _ _ percent text <<<"$line"
                percent=${percent%%.*} text=${text#*:}
                percent=$((percent / 2))
                [[ $line == dl* ]] || percent=$((percent + 50))
                ;;
            "ninja: no work to do."* | "ninja: Entering"* | "ninja: build stopped"*) continue ;;
            "["*/*"] "*)
                text=${line#*] } line=${line#[} line=${line%%]*}
                percent=$((100 * ${line%/*} / ${line#*/}))
                ;;
            *)
                if [ "$1" = building ]; then
                    [ $tty = 0 ] || printf '\r\033[K' >&2
                    printf '%s\n' "$line" >&2
                fi
                continue
                ;;
        esac
        if [ $tty = 1 ]; then
            printf '\r\033[Kringside: %s %3d%% %.60s' "$1" "$percent" "$text" >&2
        elif [ "$percent" -ge $((shown + 10)) ]; then
            shown=$((percent / 10 * 10))
            say "$1 $percent%"
        fi
    done 3>"$2"
    [ $tty = 0 ] || [ "$percent" -lt 0 ] || printf '\r\033[K' >&2
}

install_packages() { # GROUP...: leaves INSTALLED=1 when anything was added
    INSTALLED=0
    command -v dpkg-query >/dev/null || {
        say "this is not a Debian system: packages are not looked after ($(packages_of build | xargs))"
        return 0
    }
    local missing sudo=() log=build/setup.log
    missing=$(missing_of "$@" | xargs)
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || { cannot_install "neither root nor sudo" "$missing"; return 0; }
        sudo=(sudo)
    fi
    mkdir -p build
    say "installing: $missing"
    # An update that fails (no network) is not yet an error: the archives may already be on this machine.
    "${sudo[@]}" apt-get update -q >"$log" 2>&1 || say "apt-get update failed (no network?), trying with what is known"
    # apt makes the descriptor of its status lines non-blocking, and a package's script that then writes to the same pipe
    # fails when the pipe is full: so the scripts write to the log, and the status lines alone go through the pipe.
    # shellcheck disable=SC2016,SC2086  # expanded by the inner shell; package names are words
    if "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive LC_ALL=C bash -c '
        log=$1
        shift
        exec apt-get install -y -q --no-install-recommends -o APT::Status-Fd=3 -o DPkg::Lock::Timeout=600 \
            -o Dpkg::Use-Pty=0 "$@" 3>&1 >>"$log" 2>&1' bash "$log" $missing </dev/null |
        progress installing build/setup.progress; then
        INSTALLED=1
    else
        grep '^E: ' "$log" >&2 || true
        cannot_install "apt-get failed (all of it: $log)" "$missing"
    fi
}

cannot_install() { # REASON PACKAGES: fatal when the build or the tests need one of them
    local needed
    needed=$(missing_of "${NEEDED_GROUPS[@]}" | xargs)
    [ -z "$needed" ] || die "$1. As root: apt-get install --no-install-recommends $needed"
    say "$1; going on without: $2"
}

configure_and_build() { # PRESET DIRECTORY [TARGET...]
    local preset=$1 dir=$2 fresh=()
    shift 2
    if [ "$INSTALLED" = 1 ] || [ ! -e "$dir/build.ninja" ] || [ CMakePresets.json -nt "$dir/configured" ]; then
        # A tree that was copied or moved must not build into the old place.
        grep -qsx "CMAKE_HOME_DIRECTORY:INTERNAL=$PWD" "$dir/CMakeCache.txt" || fresh=(--fresh)
        mkdir -p "$dir"
        cmake --preset "$preset" "${fresh[@]}" >"$dir/configure.log" 2>&1 ||
            { cat "$dir/configure.log" >&2; say "cmake could not configure the preset '$preset'"; return 1; }
        grep -hE '^-- (Left out:|Ringside is built without) ' "$dir/configure.log" >&2 || true
        touch "$dir/configured"
    fi
    ninja -C "$dir" "$@" 2>&1 | progress building "$dir/build.log" || { say "the build failed (all of it: $dir/build.log)"; return 1; }
}
