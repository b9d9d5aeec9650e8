#!/bin/sh
# Makes a throw-away certificate authority and what it certifies.
#   authority.sh DIRECTORY
#     ca.pem                     the authority; ca/ is a directory of hashed names with it
#     server.pem, server.key     for localhost, 127.0.0.1 and ::1, by way of an intermediate authority
#     expired.pem                the same, but its time is over
#     elsewhere.pem              a server of another name
#     client.pem, client.key     for a client; locked.key is the key with a password
#     stranger.pem, stranger.key an authority that nobody has heard of
#     unknown.pem                a server that it certifies
set -eu
mkdir -p "$1"
cd "$1"
[ ! -e complete ] || exit 0

cat > ca.conf << 'END'
[ca]
default_ca = here
[here]
database = index.txt
rand_serial = yes
new_certs_dir = .
default_md = sha256
policy = anything
unique_subject = no
copy_extensions = none
[anything]
commonName = supplied
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost, IP:127.0.0.1, IP:::1
[elsewhere]
basicConstraints = CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = DNS:api.example.test
[client]
basicConstraints = CA:FALSE
extendedKeyUsage = clientAuth
END
: > index.txt

key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2> /dev/null; }
ask() { openssl req -new -key "$1" -subj "/CN=$2" -out request.pem; }
# certify BY EXTENSIONS FROM TO NAME
certify() {
    openssl ca -batch -notext -config ca.conf -cert "$1.pem" -keyfile "$1.key" -extensions "$2" \
        -startdate "$3" -enddate "$4" -in request.pem -out "$5.pem" 2> ca.log || {
        cat ca.log >&2
        exit 1
    }
}
authority() {
    key "$1.key"
    openssl req -x509 -new -key "$1.key" -subj "/CN=$2" -days 30 -sha256 -config ca.conf \
        -extensions authority -out "$1.pem"
}

begin=$(date -u -d yesterday +%Y%m%d%H%M%SZ)
end=$(date -u -d '30 days' +%Y%m%d%H%M%SZ)

authority ca "Test authority"
authority stranger "Authority that nobody knows"

key between.key
ask between.key "Test authority, second in line"
certify ca authority "$begin" "$end" between

key server.key
ask server.key localhost
certify between server "$begin" "$end" server
certify between server 20200101000000Z 20200201000000Z expired
certify stranger server "$begin" "$end" unknown
ask server.key api.example.test
certify between elsewhere "$begin" "$end" elsewhere
for name in server expired elsewhere; do cat between.pem >> "$name.pem"; done

key client.key
ask client.key "A client"
certify ca client "$begin" "$end" client
openssl pkey -in client.key -aes256 -passout pass:secret -out locked.key

mkdir -p ca empty
cp ca.pem ca/authority.pem
openssl rehash ca
rm -f request.pem ca.log ca.conf index.txt* [0-9A-F]*.pem
: > complete
