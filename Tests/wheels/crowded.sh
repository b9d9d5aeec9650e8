#!/bin/sh
# Beside a host's own libcurl, OpenSSL, zlib, nghttp2 and jansson the self-contained library uses its own:
# when those are loaded for all to see, and when traps are preloaded in the place of their functions.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."

cc -shared -fPIC -O1 -o "$SCRATCH/traps.so" "$here/traps.c"
.venv/bin/python -m venv "$SCRATCH/venv"
"$SCRATCH/venv/bin/pip" install --quiet --no-index --no-deps --disable-pip-version-check "$WHEEL"
# in_company VARIABLE=VALUE... PYTHON ARGUMENT...
python=$SCRATCH/venv/bin/python
in_company() {
    .venv/bin/python "$here/with_server.py" "$CERTIFICATES" \
        env SSL_CERT_FILE="$CERTIFICATES/ca.pem" "$@" > "$SCRATCH/said" 2>&1 && return
    status=$?
    cat "$SCRATCH/said"
    return $status
}
in_company "$python" "$here/crowded.py" "$here/program.py"
sed 's/^/   /' "$SCRATCH/said"
in_company LD_PRELOAD="$SCRATCH/traps.so" "$python" "$here/program.py"
sed 's/^/   /' "$SCRATCH/said"
# The traps catch whoever uses the system's.
status=0
in_company LD_PRELOAD="$SCRATCH/traps.so" RESPONSES_LIBRARY="$PWD/build/lib/libresponses.so.0" \
    "$python" "$here/program.py" > /dev/null || status=$?
if [ "$status" != 99 ]; then
    cat "$SCRATCH/said"
    echo "   the traps catch nobody"
    exit 1
fi
# An openssl.cnf of the host is not read.
printf 'openssl_conf = a\n[a]\nproviders = b\n[b]\nx = c\n[c]\nmodule = /nonexistent\nactivate = 1\n' \
    > "$SCRATCH/openssl.cnf"
in_company OPENSSL_CONF="$SCRATCH/openssl.cnf" "$python" "$here/program.py"
