#!/bin/sh
# The self-contained wheel and gem for aarch64 answer and stream over TLS, by qemu, and refuse a server whose
# certificate nobody vouches for. No other libcurl or OpenSSL is called: elf.sh sees that none is needed.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."

command -v qemu-aarch64-static > /dev/null || {
    echo "   LEFT OUT: needs qemu-aarch64-static"
    exit 0
}
ROOTS=${ROOTS:-${XDG_CACHE_HOME:-$HOME/.cache}/libresponses/roots}
export ROOTS
# shellcheck disable=SC1091 # it is looked at by itself
. "$here/../packages/qemu.sh"
make_qemu_root

.venv/bin/python -m zipfile -e "$WHEEL" "$SCRATCH/wheel"
mkdir -p "$SCRATCH/gems/gem"
tar -xOf "$GEM" data.tar.gz | tar -xz -C "$SCRATCH/gems/gem"
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=another authority" \
    -keyout "$SCRATCH/other.key" -out "$SCRATCH/other.pem" 2> /dev/null
cat > "$SCRATCH/use" << 'END'
set -eu
. "$HERE/../packages/qemu.sh"
python_by_qemu "$SCRATCH/wheel" "$HERE/program.py"
SSL_CERT_FILE="$SCRATCH/other.pem" python_by_qemu "$SCRATCH/wheel" "$HERE/program.py" error certificate
# qemu looks into its root for what is there: Ruby finds its own library so, by the paths that it was built with.
GEM_HOME=$SCRATCH/gems by_qemu "$qemu_root/usr/bin/ruby" -w -I "$SCRATCH/gems/gem/lib" "$HERE/program.rb"
END
.venv/bin/python "$here/with_server.py" "$CERTIFICATES" env ROOTS="$ROOTS" HERE="$here" \
    SSL_CERT_FILE="$CERTIFICATES/ca.pem" sh "$SCRATCH/use" > "$SCRATCH/said" 2>&1 || {
    cat "$SCRATCH/said"
    exit 1
}
sed 's/^/   /' "$SCRATCH/said"
