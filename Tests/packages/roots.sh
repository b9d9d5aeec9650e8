# shellcheck shell=sh
# Roots that have nothing but what a minimal Debian has. To be sourced, with ROOTS and SCRATCH.

# fresh SUITE: a new copy of the minimal root, in $root
fresh() {
    if [ ! -d "$ROOTS/$1" ]; then
        mkdir -p "$ROOTS"
        rm -rf --one-file-system "$ROOTS/$1.new"
        echo "   making a root of $1"
        debootstrap --variant=minbase "$1" "$ROOTS/$1.new" ${MIRROR:+"$MIRROR"} > "$ROOTS/$1.log" 2>&1 || {
            tail -n 5 "$ROOTS/$1.log"
            return 1
        }
        mv "$ROOTS/$1.new" "$ROOTS/$1"
    fi
    root=$SCRATCH/root-$1
    rm -rf "$root"
    cp -a --reflink=auto "$ROOTS/$1" "$root" || return 1
    # What this machine needs to reach the archive of packages.
    cp -L /etc/resolv.conf "$root/etc/resolv.conf" 2> /dev/null || true
    {
        apt-config dump 2> /dev/null | grep -i '^Acquire::.*proxy' || true
        echo 'APT::Sandbox::User "root";'
        echo 'APT::Keep-Downloaded-Packages "true";'
    } > "$root/etc/apt/apt.conf.d/99this-machine"
    mkdir -p "$ROOTS/archives-$1/partial" "$root/srv/packages"
}

# inside COMMAND...: in that root, with the loopback interface of this machine; mounts end with it
inside() {
    # shellcheck disable=SC2016 # for the shell inside
    unshare -m sh -c '
        root=$1 archives=$2
        shift 2
        mount --bind "$archives" "$root/var/cache/apt/archives" &&
            mount -t proc proc "$root/proc" && mount --rbind /dev "$root/dev" &&
            exec chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C \
                DEBIAN_FRONTEND=noninteractive "$@"' \
        sh "$root" "$ROOTS/archives-${root##*/root-}" "$@"
}

# install PACKAGE...: in that root
install_in_root() {
    inside sh -c 'apt-get -qq update && apt-get -qq -y --no-install-recommends install "$@"' sh "$@" \
        > "$SCRATCH/apt.log" 2>&1 || {
        tail -n 20 "$SCRATCH/apt.log"
        return 1
    }
}
