#!/bin/sh
# Builds and tests on other systems than this one: each is a minimal root, made by debootstrap, with what the
# README asks for and the toolchain of this machine. A clean clone of HEAD is tested, and nothing here changes.
#   make test-elsewhere
#   make test-elsewhere SYSTEMS="bookworm trixie" STAGES="demo test-abi"
# SYSTEMS are releases of Debian, by their names. On those before Debian 12 no toolchain runs; there it is
# tried that what was built here runs.
# STAGES are the targets of make, in their order.
# MIRROR is where debootstrap fetches from; else where apt does.
# STAGE_LIMIT and JOBS are those of scripts/test.sh.
# Roots are kept in $XDG_CACHE_HOME/libresponses, to be taken again; logs and the table in build/elsewhere.
# Needs to be root, to mount and to change root. Nothing stays mounted: mounts end with their namespace.
set -eu
cd "$(dirname "$0")/.."

SYSTEMS=${SYSTEMS:-trixie bullseye}
STAGES=${STAGES:?the targets of make that are run}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/libresponses
logs=$PWD/build/elsewhere
toolchain=$(cd "$(dirname "$(readlink -f "$(command -v swift)")")/../.." && pwd)

if [ "$(id -u)" != 0 ]; then
    echo "Roots are made and entered by root: sudo make test-elsewhere" >&2
    exit 1
fi
[ -z "$(git status --porcelain --untracked-files=no)" ] ||
    echo "What is not committed is not tested."
mkdir -p "$cache" "$logs"

# What the package sources of this machine are, as far as they are Debian's own.
mirror() {
    # shellcheck disable=SC2016 # apt's own
    apt-get indextargets --format '$(SITE) $(LABEL)' 'Created-By: Packages' 2> /dev/null |
        awk '$2 == "Debian" { print $1; exit }'
}

# base SYSTEM: the minimal root, with what the README asks for.
make_base() {
    base=$cache/$1
    [ ! -e "$base/etc/debian_version" ] || return 0
    rm -rf "$base.new"
    system=$1
    from=${MIRROR:-$(mirror)}
    # Nothing said: debootstrap has a mirror of its own.
    set -- ${from:+"$from"}
    debootstrap --variant=minbase --include=gcc,libc6-dev,make,git "$system" "$base.new" \
        "$@"
    # How this machine reaches its mirrors: proxies and the like.
    apt-config dump Acquire | grep -v 'AllowInsecure' > "$base.new/etc/apt/apt.conf.d/90host"
    mv "$base.new" "$base"
}

# The same for pip.
pip_settings() {
    env | grep -E '^(PIP_[A-Z_]+|https?_proxy|no_proxy|HTTPS?_PROXY|NO_PROXY)=' |
        grep -v '^PIP_\(CERT\|FIND_LINKS\)=' || true
    [ ! -e "$root/etc/pip-certificates.pem" ] || echo PIP_CERT=/etc/pip-certificates.pem
}

# enter COMMAND...: in $root, without a terminal and with SIGINT ignored, as under nohup.
enter() {
    export root toolchain
    # shellcheck disable=SC2016,SC2046,SC2086 # for the inner shell; settings without spaces
    unshare --mount --pid --fork --kill-child --propagation private \
        sh -c '
            set -e
            mount -t proc proc "$root/proc"
            mount --rbind /dev "$root/dev"
            mkdir -p "$root/opt/swift"
            mount --bind "$toolchain" "$root/opt/swift"
            mount -o remount,bind,ro "$root/opt/swift"
            trap "" INT
            exec env -i HOME=/root CI=true LANG=C.UTF-8 \
                PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@" < /dev/null
        ' sh $(pip_settings) ${STAGE_LIMIT:+STAGE_LIMIT=$STAGE_LIMIT} ${JOBS:+JOBS=$JOBS} ${SETTINGS:-} \
        chroot "$root" "$@"
}

# fresh SYSTEM: a copy of its minimal root, to be spoilt.
make_root() {
    root=$cache/$1-used
    rm -rf "$root"
    cp -a --reflink=auto "$cache/$1" "$root"
    cp -L /etc/resolv.conf "$root/etc/resolv.conf"
    # The same for pip, as far as it is no path of this machine.
    for file in "$HOME/.config/pip/pip.conf" /etc/pip.conf; do
        [ ! -e "$file" ] || {
            grep -v '^ *\(cert\|find-links\) *=' "$file" > "$root/etc/pip.conf" || true
            break
        }
    done
    # Not among the system's own: there the tests look for none, or for those of Debian.
    [ -z "${PIP_CERT:-}" ] || cp "$PIP_CERT" "$root/etc/pip-certificates.pem"
}

# row SYSTEM SUITE RESULT SECONDS
row() { echo "$1 $2 $3 $4" | tee -a "$logs/rows"; }

# stage SYSTEM NAME MAKE-ARGUMENT...: in the checkout, with a row of its own
stage() {
    system=$1 name=$2
    shift 2
    echo "==== $system: $name"
    begun=$(date +%s)
    result=passed
    enter make --no-print-directory -C /srv/libresponses "$@" > "$logs/$system-$name.log" 2>&1 ||
        result=failed
    [ $result = passed ] || tail -n 25 "$logs/$system-$name.log" | sed 's/^/    /'
    row "$system" "$name" $result $(($(date +%s) - begun))
}

# As a new user: from a clean clone to `make demo`, and `make test`, whose stages get a row each.
build_and_test() {
    git clone -q --no-hardlinks . "$root/srv/libresponses"
    built=$root/srv/libresponses/build
    suites=""
    for target in $STAGES; do
        case $target in
            demo) stage "$1" demo demo ;;
            *) suites="$suites $target" ;;
        esac
    done
    [ -n "$suites" ] || return 0
    stage "$1" test test STAGES="${suites# }"
    rm -rf "${logs:?}/$1"
    cp -R "$built/test-logs" "$logs/$1" 2> /dev/null || true
    [ ! -e "$built/test-times" ] || sed "s/^/$1 /" "$built/test-times" >> "$logs/rows"
}

# What is used where no toolchain runs.
build_here() {
    make --no-print-directory sandbox portable &&
        LIB_DIR=$PWD/build/portable DIST=$logs/wheel make --no-print-directory -C bindings/python wheel
}

# Where no toolchain runs: what was built here, and programs that are compiled there. The server stays here.
use_what_was_built() {
    there=$root/srv/built
    mkdir -p "$there/c"
    cp build/portable/libresponses.so.0 scripts/elsewhere.sh "$there/"
    cp -R build/include "$there/"
    cp examples/c/*.c "$there/c/"
    cp "$logs"/wheel/libresponses-*.whl "$there/"
    for part in c python; do
        begun=$(date +%s)
        result=passed
        # shellcheck disable=SC2016 # for the inner shell
        SETTINGS="" scripts/with-sandbox.sh "$0" --enter "$root" \
            /srv/built/elsewhere.sh $part /srv/built > "$logs/$1-$part.log" 2>&1 || result=failed
        [ $result = passed ] || tail -n 25 "$logs/$1-$part.log" | sed 's/^/    /'
        row "$1" "$part" $result $(($(date +%s) - begun))
    done
}

# For use_what_was_built: with the address of a server that runs here.
if [ "${1:-}" = --enter ]; then
    root=$2
    shift 2
    SETTINGS="OPENAI_BASE_URL=$OPENAI_BASE_URL OPENAI_API_KEY=$OPENAI_API_KEY"
    SETTINGS="$SETTINGS RESPONSES_MODEL=$RESPONSES_MODEL"
    enter "$@"
    exit
fi

: > "$logs/rows"
for system in $SYSTEMS; do
    echo "==== $system: its root"
    make_base "$system" > "$logs/$system-root.log" 2>&1 || {
        tail -n 20 "$logs/$system-root.log"
        row "$system" debootstrap failed 0
        continue
    }
    make_root "$system"
    release=$(sed 's/\..*//' "$root/etc/debian_version")
    if [ "$release" -ge 12 ] 2> /dev/null; then
        build_and_test "$system"
    else
        if build_here > "$logs/$system-build.log" 2>&1; then
            use_what_was_built "$system"
        else
            tail -n 25 "$logs/$system-build.log" | sed 's/^/    /'
            row "$system" build failed 0
        fi
    fi
    rm -rf "$root"
done

# A column for each system, a line for each suite.
awk -v systems="$SYSTEMS" '
    { result[$1, $2] = $3; seconds[$1, $2] = $4 }
    !seen[$2]++ { suite[++suites] = $2 }
    END {
        n = split(systems, column, " ")
        printf "| suite |"; for (i = 1; i <= n; i++) printf " %s |", column[i]
        printf "\n|---|"; for (i = 1; i <= n; i++) printf "---|"
        for (s = 1; s <= suites; s++) {
            printf "\n| %s |", suite[s]
            for (i = 1; i <= n; i++) {
                key = column[i] SUBSEP suite[s]
                printf " %s |", key in result ? result[key] ", " seconds[key] " s" : ""
            }
        }
        print ""
    }' "$logs/rows" | tee "$logs/table.md"
failed=$(grep -c ' failed ' "$logs/rows" || true)
echo "$(grep -c ' passed ' "$logs/rows" || true) passed, $failed failed"
[ "$failed" = 0 ]
