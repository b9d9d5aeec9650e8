#!/bin/sh
# In a root: installs wheel and gem, and uses them with certificates at one place after the other.
set -eu
cd /files
# run COMMAND...: and shows its last words.
run() {
    if ! "$@" > /tmp/said 2>&1; then
        cat /tmp/said
        echo "   FAILED: $*"
        exit 1
    fi
    tail -n 1 /tmp/said | sed 's/^/      /'
}
python=/opt/venv/bin/python

# Nobody helps it.
for file in /usr/lib/*/libcurl.so* /usr/lib/*/libjansson.so*; do
    [ ! -e "$file" ] || { echo "   this root has $file, and shows nothing" >&2 && exit 1; }
done
python3 -m venv /opt/thin
/opt/thin/bin/pip install --quiet --no-index --no-deps ./*linux_x86_64.whl 2> /dev/null ||
    python3 -m zipfile -e ./libresponses-*-linux_x86_64.whl "$(echo /opt/thin/lib/python3*/site-packages)"
run /opt/thin/bin/python program.py error "install libcurl4 and libjansson4"

python3 -m venv /opt/venv
/opt/venv/bin/pip install --quiet --no-index --no-deps --disable-pip-version-check ./*-manylinux_*.whl
GEM_HOME=/opt/gems
export GEM_HOME
! command -v gem > /dev/null ||
    gem install --local --ignore-dependencies --no-document --quiet libresponses.gem > /dev/null
# pip itself wants certificates, and what is installed has to find others.
rm -rf /etc/ssl/certs /usr/share/ca-certificates
mkdir -p /etc/ssl
# An openssl.cnf that ends whoever reads it.
printf 'openssl_conf = a\n[a]\nproviders = b\n[b]\nx = c\n[c]\nmodule = /nonexistent\nactivate = 1\n' \
    > /etc/ssl/openssl.cnf

run $python program.py error "install the package ca-certificates"
for place in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt \
    /etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem /etc/ssl/ca-bundle.pem \
    /var/lib/ca-certificates/ca-bundle.pem /etc/ca-certificates/extracted/tls-ca-bundle.pem \
    /etc/ssl/cert.pem; do
    mkdir -p "$(dirname "$place")"
    cp ca.pem "$place"
    run $python program.py > /tmp/last
    rm "$place"
done
cat /tmp/last
run env SSL_CERT_FILE=/files/ca.pem $python program.py > /tmp/last
run env SSL_CERT_FILE=/nonexistent/ca.pem $python program.py error SSL_CERT_FILE
# certifi, where nothing else is.
certifi=$(echo /opt/venv/lib/python3*/site-packages)/certifi
mkdir "$certifi"
cp ca.pem "$certifi/cacert.pem"
run $python program.py > /tmp/last
rm -r "$certifi"

command -v gem > /dev/null || exit 0
run env SSL_CERT_FILE=/files/ca.pem ruby -w program.rb
