#!/bin/sh
# The archive of the portable library in minimal roots of Debian 13, 12 and 11: unpacked anywhere, a program is
# compiled with its pkg-config file and streams from a sandbox of this machine.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck disable=SC1091 # it is looked at by itself
. "$here/roots.sh"

make --no-print-directory sandbox portable > "$SCRATCH/log" 2>&1 || {
    tail -n 20 "$SCRATCH/log"
    exit 1
}
(cd build/dist && sha256sum --quiet -c SHA256SUMS)
archive=libresponses-$(scripts/version.sh)-linux-$(uname -m)

cat > "$SCRATCH/use" << 'END'
set -eu
mkdir -p "/opt/some where"
tar -xf "/srv/packages/$1.tar.gz" -C "/opt/some where"
mv "/opt/some where/$1" /opt/moved
cd /srv/packages
PKG_CONFIG_PATH=/opt/moved/lib/pkgconfig
export PKG_CONFIG_PATH
cc 02-stream.c -o stream $(pkg-config --cflags --libs responses)
export OPENAI_BASE_URL="$2" OPENAI_API_KEY=sandbox RESPONSES_MODEL=sandbox
LD_LIBRARY_PATH=/opt/moved/lib timeout 60 ./stream
END
cat > "$SCRATCH/with-sandbox" << 'END'
set -eu
. "$HERE/roots.sh"
for suite in trixie bookworm bullseye; do
    fresh "$suite"
    cp "build/dist/$1.tar.gz" examples/c/02-stream.c "$SCRATCH/use" "$root/srv/packages/"
    install_in_root gcc libc6-dev pkg-config libcurl4 libjansson4
    inside sh /srv/packages/use "$1" "$OPENAI_BASE_URL" > "$SCRATCH/answer"
    grep -q "You said" "$SCRATCH/answer"
    sed "s/^/   $suite: /" "$SCRATCH/answer" | head -n 1
    rm -rf "$root"
done
END
HERE=$here scripts/with-sandbox.sh sh "$SCRATCH/with-sandbox" "$archive"
