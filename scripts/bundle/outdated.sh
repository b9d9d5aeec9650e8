#!/bin/sh
# Warns where Debian lists a newer version of a source package than the one that a library has in it, which may
# lack a security fix then.
#   outdated.sh NAME=VERSION...
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
# shellcheck disable=SC1091 # it is looked at by itself
. "$here/lists.sh"

update 2> /dev/null ||
    echo "warning: not every mirror of /etc/apt answers; what is newest is not known for certain." >&2
grep -q security "${apt:?}"/parts/* ||
    echo "warning: /etc/apt has no list of security updates, such as bookworm-security." >&2
for package; do
    name=${package%%=*}
    has=${package#*=}
    newest=$(versions "$name" | head -n 1)
    if dpkg --compare-versions "$has" lt "$newest"; then
        echo "warning: $name in this library is $has, and Debian lists $newest." >&2
        echo "    'make update-bundle wheels gems' takes it, as soon as the mirror has its sources." >&2
    fi
done
