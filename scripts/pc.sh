#!/bin/sh
# Prints NAME.pc for a place of installation.
#   pc.sh NAME PREFIX LIBDIR INCLUDEDIR
set -eu
cd "$(dirname "$0")/.."

# Directories below the prefix are written relative to it, so that the tree can be moved.
below_prefix() {
    # shellcheck disable=SC2016 # ${prefix} is pkg-config's, not the shell's
    case $2 in
        "$1"/*) printf '${prefix}/%s' "${2#"$1"/}" ;;
        *) printf '%s' "$2" ;;
    esac
}

sed -e "s|@PREFIX@|$2|" \
    -e "s|@LIBDIR@|$(below_prefix "$2" "$3")|" \
    -e "s|@INCLUDEDIR@|$(below_prefix "$2" "$4")|" \
    -e "s|@VERSION@|$(scripts/version.sh)|" "packaging/$1.pc.in"
