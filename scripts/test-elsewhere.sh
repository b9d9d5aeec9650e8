#!/bin/sh
# Builds and tests on other systems than this one: each is a minimal root, made by debootstrap, with what the
# README asks for and the toolchain of this machine. A clean clone of HEAD is tested, and nothing here changes.
#   test-elsewhere.sh
# SYSTEMS are releases of Debian, by their names. On those before Debian 12 no toolchain runs; there it is
# tried that what was built here runs.
# STAGES are the targets of make, in their order; all that `make test` runs, and `demo` before them.
# MIRROR is where debootstrap fetches from; else where apt does.
# Roots are kept in $XDG_CACHE_HOME/libresponses, to be taken again; logs and the table in build/elsewhere.
# Needs to be root, to mount and to change root. Nothing stays mounted: mounts end with their namespace.
set -eu
cd "$(dirname "$0")/.."

SYSTEMS=${SYSTEMS:-trixie bullseye}
STAGES="demo ${STAGES:-lint test-unit test-gates test-abi}"
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
    apt-get indextargets --format '$(SITE) $(LABEL)' 'Created-By: Packages' 2> /dev/null |
        awk '$2 == "Debian" { print $1; exit }'
}

# base SYSTEM: the minimal root, with what the README asks for.
make_base() {
    base=$cache/$1
    [ ! -e "$base/etc/debian_version" ] || return 0
    rm -rf "$base.new"
    debootstrap --variant=minbase --include=gcc,libc6-dev,make,git "$1" "$base.new" \
        ${MIRROR:-$(mirror)}
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

# enter COMMAND...: in $root, with no signal ignored but SIGINT, without a terminal.
enter() {
    # shellcheck disable=SC2046 # settings without spaces
    root=$root toolchain=$toolchain unshare --mount --pid --fork --kill-child --propagation private \
        sh -c '
        set -e
        mount -t proc proc "$root/proc"
        mount --rbind /dev "$root/dev"
        mkdir -p "$root/opt/swift"
        mount --bind "$toolchain" "$root/opt/swift"
        mount -o remount,bind,ro "$root/opt/swift"
        trap "" INT
        into=$root
        unset root toolchain
        exec env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
            LANG=C.UTF-8 CI=true "$@" < /dev/null
    ' sh $(pip_settings) chroot "$root" "$@"
}
