# shellcheck shell=bash
# Sourced by run.sh and test.sh: the tour where there is no display. Story and pictures come from the commands a user would type.

TOUR_PROGRAM=pages # under the default kernel, 3g1g, where all of these moments are
TOUR_MOMENTS=(
    "1-the-gate key:sys1/write/entry"
    "2-the-check key:sys1/write/access_ok"
    "3-the-absent-page key:sys1/write/copy/p2/walk"
    "4-the-fault key:sys1/write/copy/p2/fault/entry"
    "5-the-return key:sys1/write/exit"
)

has_display() { [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; }

tell_tour() {
    local moment name when failed=0
    say "there is no display: the tour as text, then its pictures in build/tour/"
    build/ringside story "$TOUR_PROGRAM" || return
    mkdir -p build/tour
    rm -f build/tour/*.png
    for moment in "${TOUR_MOMENTS[@]}"; do
        read -r name when <<<"$moment"
        if build/ringside shot "$TOUR_PROGRAM" --at "$when" -o "build/tour/$name.png" >/dev/null; then
            say "build/tour/$name.png: ringside open $TOUR_PROGRAM --at $when"
        else
            failed=1
        fi
    done
    return $failed
}

tour_is_told() { # the same, as a test: story and five pictures
    local moment name
    DISPLAY='' WAYLAND_DISPLAY='' ./run.sh >build/tour.txt </dev/null || return
    [ -s build/tour.txt ] || { say "the story is empty"; return 1; }
    for moment in "${TOUR_MOMENTS[@]}"; do
        name=build/tour/${moment%% *}.png
        [ "$(head -c 8 "$name" | od -An -tx1 | tr -d ' ')" = 89504e470d0a1a0a ] || { say "$name is no picture"; return 1; }
    done
}
