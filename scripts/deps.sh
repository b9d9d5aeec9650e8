#!/bin/sh
# Installs what is missing. Quick when nothing is.
#   deps.sh build      what `make lib` needs
#   deps.sh sandbox    that, and what `make sandbox` needs
#   deps.sh elsewhere  that, and what makes roots of other systems
#   deps.sh packages   what `make lib` needs, and the packages of the system that the tests need
#   deps.sh all        that, and a Python environment in .venv, from PyPI, for the tests that need one
#   deps.sh wheels     what `make lib` needs, and what makes self-contained wheels and gems, in .venv
#   deps.sh bench      that, and the clients that the benchmarks compare with
#   deps.sh deb, deps.sh aarch64   what `make deb` and `make portable ARCH=aarch64` need
set -eu
cd "$(dirname "$0")/.."

# The one place that says it beside Package.swift: `@implementation` for functions of a C header.
swift_version=6.3
# A launcher like swiftly's has no other programs beside it.
bin=$(dirname "$(readlink -f "$(command -v swift)")" 2> /dev/null) || bin=""

missing=""
need() { case "$missing " in *" $1 "*) ;; *) missing="$missing $1" ;; esac; }
tool() { command -v "$1" > /dev/null || need "$2"; }
library() { pkg-config --exists "$1" 2> /dev/null || need "$2"; }
header() { echo "#include <$1>" | cc -E - > /dev/null 2>&1 || need "$2"; }
ruby_library() { ruby -e "require '$1'" 2> /dev/null || need "$2"; }

# Libraries of the system that programs of the toolchain need and do not find, as its packages are called.
toolchain_libraries() {
    for program in swift-build swift-test swift-frontend swift-format clang lld; do
        [ ! -e "$bin/$program" ] || ldd "$bin/$program"
    done 2> /dev/null | awk '/ => not found/ { print $1 }' | sort -u | while read -r name; do
        case $name in
            libncurses.so.6) echo libncurses6 ;;
            libtinfo.so.6) echo libtinfo6 ;;
            libxml2.so.2) echo libxml2 ;;
            libsqlite3.so.0) echo libsqlite3-0 ;;
            libcurl.so.4) echo libcurl4 ;;
            libz.so.1) echo zlib1g ;;
            libuuid.so.1) echo libuuid1 ;;
            libedit.so.2) echo libedit2 ;;
            libstdc++.so.6) echo libstdc++6 ;;
            # No package is called so, and the message says what is asked for.
            *) echo "$name" ;;
        esac
    done
}

check_toolchain() {
    if ! command -v swift > /dev/null; then
        echo "Swift $swift_version or later is needed, and there is no 'swift' on PATH, in" >&2
        echo "/opt/swift/usr/bin or in ~/.local/share/swiftly/bin." >&2
    else
        # The driver may still lack libraries of the system; the compiler proper has none to lack.
        found=$({ "$bin/swift-frontend" -version || swiftc --version; } 2> /dev/null |
            sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p')
        oldest=$(printf '%s\n' "$swift_version" "$found" | sort -V | head -n 1)
        [ "$oldest" != "$swift_version" ] || return 0
        echo "Swift $swift_version or later is needed; $(command -v swift) is ${found:-of an unknown version}." >&2
    fi
    echo "See https://www.swift.org/install/linux/" >&2
    exit 1
}

# What is there counts, wherever it comes from; only what is not there is asked of the system.
find_missing() {
    missing=""
    for package in $(toolchain_libraries); do need "$package"; done
    tool cc gcc
    header stdio.h libc6-dev
    tool pkg-config pkg-config
    tool objcopy binutils
    library libcurl libcurl4-openssl-dev
    library jansson libjansson-dev
    [ "$1" != elsewhere ] || tool debootstrap debootstrap
    case $1 in
        build | elsewhere) return 0 ;;
        sandbox)
            # Swift's runtime, which is linked in, wants it. Where there is none the compiler says the name alone.
            [ "$(cc -print-file-name=libstdc++.so 2> /dev/null)" != libstdc++.so ] || need g++
            return 0
            ;;
        aarch64)
            tool aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu
            [ -e /usr/aarch64-linux-gnu/include/stdio.h ] || need libc6-dev-arm64-cross
            return 0
            ;;
        deb)
            tool dpkg-buildpackage dpkg-dev
            tool dh debhelper
            tool lintian lintian
            return 0
            ;;
        wheels)
            tool dpkg-source dpkg-dev
            tool perl perl
            tool gem ruby
            tool python3 python3
            # An environment that is there has what a new one needs.
            [ -x .venv/bin/python ] || python3 -c 'import ensurepip' 2> /dev/null || need python3-venv
            return 0
            ;;
    esac
    tool gcc gcc
    tool g++ g++
    tool valgrind valgrind
    tool abidw abigail-tools
    tool python3 python3
    library cmocka libcmocka-dev
    library zlib zlib1g-dev
    library openssl libssl-dev
    tool openssl openssl
    # What hosts have beside us.
    library json-c libjson-c-dev
    library libnghttp2 libnghttp2-dev
    # What the tests of the network talk to.
    [ -x /usr/sbin/nginx ] || tool nginx nginx-light
    tool microsocks microsocks
    # What C and C++ programs use beside us.
    library glib-2.0 libglib2.0-dev
    library libevent_core libevent-dev
    library libuv libuv1-dev
    library nlohmann_json nlohmann-json3-dev
    [ -e /usr/include/doctest/doctest.h ] || need doctest-dev
    # The program `responses` is driven in a terminal, and its manual page is formatted.
    tool tmux tmux
    tool groff groff-base
    tool cmake cmake
    tool meson meson
    tool gfortran gfortran
    tool cobc gnucobol3
    # The Ruby gem.
    tool ruby ruby
    tool rubocop rubocop
    ruby_library ffi ruby-ffi
    ruby_library minitest ruby-minitest
    ruby_library async ruby-async
    python3 -c 'import ensurepip' 2> /dev/null || /usr/bin/python3 -c 'import ensurepip' \
        2> /dev/null || need python3-venv
}

install_missing() {
    as_root=""
    if [ "$(id -u)" != 0 ]; then
        as_root=none
        if command -v sudo > /dev/null; then
            # Without a terminal nobody can type a password.
            as_root="sudo -n"
            [ ! -t 0 ] || as_root=sudo
        fi
    fi
    if ! command -v apt-get > /dev/null || [ "$as_root" = none ]; then
        echo "Please install these Debian packages, or what they are called here:$missing" >&2
        exit 1
    fi
    echo "Installing:$missing"
    log=$(mktemp)
    # shellcheck disable=SC2086 # lists of words
    {
        $as_root apt-get update -q
        $as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -q -y --no-install-recommends -o Dpkg::Use-Pty=0 $missing
    } > "$log" 2>&1 < /dev/null || {
        cat "$log" >&2
        rm -f "$log"
        echo "Could not install:$missing" >&2
        exit 1
    }
    rm -f "$log"
}

# The first Python that is new enough and can make an environment with pip.
make_environment() {
    for python in "${PYTHON:-python3}" /usr/bin/python3; do
        "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2> /dev/null || continue
        "$python" -m venv --clear .venv && .venv/bin/python -m pip --version > /dev/null && return
    done
    echo "No Python 3.10 or later that can make an environment; set PYTHON to one." >&2
    exit 1
}

install_python() {
    # shellcheck disable=SC2010,SC2046 # file names without spaces
    set -- $(ls scripts/requirements-dev.txt Tests/*/requirements.txt 2> /dev/null |
        grep -v -e Tests/benchmarks -e Tests/frameworks -e Tests/distributed)
    [ -x .venv/bin/python ] && cat "$@" | cmp -s - .venv/requirements.installed && return
    .venv/bin/python -m pip --version > /dev/null 2>&1 || make_environment
    echo "Installing Python packages into .venv"
    for file; do
        .venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement "$file" ||
            exit 1
    done
    cat "$@" > .venv/requirements.installed
}

install_wheel_tools() {
    file=scripts/requirements-wheels.txt
    cmp -s "$file" .venv/wheels.installed && return
    .venv/bin/python -m pip --version > /dev/null 2>&1 || make_environment
    echo "Installing what wheels are made with into .venv"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement "$file"
    cp "$file" .venv/wheels.installed
}

# Without one of them the tables have a row less.
install_clients() {
    file=Tests/benchmarks/requirements.txt
    cmp -s "$file" .venv/clients.installed && return
    # pycurl is compiled.
    headers='import os, sysconfig; print(os.path.join(sysconfig.get_path("include"), "Python.h"))'
    if [ ! -e "$(.venv/bin/python -c "$headers")" ]; then
        missing=" python3-dev"
        install_missing
    fi
    echo "Installing other clients into .venv"
    PYCURL_SSL_LIBRARY=openssl .venv/bin/python -m pip install --quiet \
        --disable-pip-version-check --requirement "$file" || return 0
    cp "$file" .venv/clients.installed
}

check_toolchain
scripts/moved.sh
find_missing "$1"
if [ -n "$missing" ]; then
    install_missing
    find_missing "$1"
    if [ -n "$missing" ]; then
        echo "Installed, and still not found:$missing" >&2
        exit 1
    fi
fi
case $1 in
    all | bench) install_python ;;
    wheels) install_wheel_tools ;;
esac
[ "$1" != bench ] || install_clients
