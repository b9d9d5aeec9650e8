#!/bin/sh
# The self-contained wheel and gem work in small Debian systems that have no libcurl, and find certificates
# where each system has them. Systems are made by roots.sh; what is installed there is gone afterwards.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."

if [ "$(id -u)" != 0 ] || ! command -v debootstrap > /dev/null || ! unshare -m true 2> /dev/null; then
    echo "   LEFT OUT: needs root, debootstrap and mount namespaces"
    exit 0
fi
ROOTS=${ROOTS:-${XDG_CACHE_HOME:-$HOME/.cache}/libresponses/roots}
export ROOTS
suites=${SUITES:-"bullseye bookworm trixie"}
# shellcheck disable=SC2086 # a list
"$here/roots.sh" $suites

cp "$WHEEL" "$THIN_WHEEL" "$here/program.py" "$here/program.rb" "$here/inside.sh" "$SCRATCH"
cp "$GEM" "$SCRATCH/libresponses.gem"
cp "$CERTIFICATES/ca.pem" "$SCRATCH"
failed=0
for suite in $suites; do
    echo "   $suite"
    .venv/bin/python "$here/with_server.py" "$CERTIFICATES" \
        unshare -m "$here/system.sh" "$ROOTS/$suite-wheels" "$SCRATCH" || failed=1
done
exit $failed
