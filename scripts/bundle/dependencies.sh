#!/bin/sh
# Builds what a self-contained library has in it: zlib, nghttp2, OpenSSL and libcurl, as static archives
# in build/bundle/ARCH. Some minutes the first time, and nothing when it is there.
#   dependencies.sh ARCH   x86_64, aarch64
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
root=$PWD
arch=$1
prefix=$root/build/bundle/$arch
sources=$root/build/bundle/sources

"$here/sources.sh" zlib nghttp2 openssl curl
"$here/toolchain.sh" "$arch"
PATH=$prefix/tools:$PATH
CC=bundle-cc AR=bundle-ar RANLIB=bundle-ranlib
CFLAGS="-Os -fPIC -ffunction-sections -fdata-sections -fvisibility=hidden -g0"
export PATH CC AR RANLIB CFLAGS
jobs=$(getconf _NPROCESSORS_ONLN)
mkdir -p "$prefix/include" "$prefix/lib" "$prefix/logs"

# build NAME: build_NAME, once for each version of its sources, of its recipe and of the compiler.
build() {
    mark=$prefix/$1.built
    stamp=$({
        cat "$sources/$1/version" "$here/toolchain.sh" scripts/requirements-wheels.txt
        echo "$CFLAGS"
        sed -n "/^archive()/,/^}/p; /^build_$1()/,/^}/p" "$here/dependencies.sh"
    } | cksum)
    [ "$(cat "$mark" 2> /dev/null)" != "$stamp" ] || return 0
    echo "Building $1 $(cat "$sources/$1/version") for $arch"
    rm -rf "$prefix/build/$1"
    mkdir -p "$prefix/build"
    cp -R "$sources/$1/tree" "$prefix/build/$1"
    # OpenSSL writes the time of its build into itself.
    SOURCE_DATE_EPOCH=$(dpkg-parsechangelog -l "$prefix/build/$1/debian/changelog" -S Timestamp)
    export SOURCE_DATE_EPOCH
    # Not in a condition, where the first failure would not end it.
    set +e
    (
        set -e
        cd "$prefix/build/$1"
        "build_$1"
    ) > "$prefix/logs/$1.log" 2>&1
    status=$?
    set -e
    if [ "$status" != 0 ]; then
        tail -n 20 "$prefix/logs/$1.log" >&2
        echo "Building $1 failed; all of it is in $prefix/logs/$1.log" >&2
        exit 1
    fi
    rm -rf "$prefix/build/$1"
    echo "$stamp" > "$mark"
}

# archive NAME FLAGS: all .c files here.
archive() {
    name=$1
    shift
    # shellcheck disable=SC2086 # flags
    printf '%s\n' *.c | xargs -P "$jobs" -n 8 $CC $CFLAGS "$@" -c
    rm -f "$prefix/lib/$name"
    $AR qc "$prefix/lib/$name" ./*.o
    $RANLIB "$prefix/lib/$name"
}

# gz*.c too: curl's configure looks for gzread and would otherwise leave gzip out without a word.
build_zlib() {
    archive libz.a -D_LARGEFILE64_SOURCE=1 -DHAVE_UNISTD_H -DHAVE_STDARG_H
    cp zlib.h zconf.h "$prefix/include/"
}

build_nghttp2() {
    version=$(sed -n 's/^AC_INIT(\[nghttp2\], *\[\([0-9.]*\).*/\1/p' configure.ac)
    number=$(echo "$version" | awk -F. '{ printf "0x%02x%02x%02x", $1, $2, $3 }')
    mkdir -p "$prefix/include/nghttp2"
    sed -e "s/@PACKAGE_VERSION@/$version/" -e "s/@PACKAGE_VERSION_NUM@/$number/" \
        lib/includes/nghttp2/nghttp2ver.h.in > lib/includes/nghttp2/nghttp2ver.h
    cp lib/includes/nghttp2/*.h "$prefix/include/nghttp2/"
    cd lib
    archive libnghttp2.a -Iincludes -DNGHTTP2_STATICLIB -DHAVE_ARPA_INET_H -DHAVE_NETINET_IN_H \
        -DHAVE_TIME_H -DHAVE_CLOCK_GETTIME -DHAVE_DECL_CLOCK_MONOTONIC=1
}

# Without what TLS clients do not use. /etc/ssl is where most systems have their certificates, should the
# library find none itself. Nothing is loaded at run time, and no configuration is read: see curl.
build_openssl() {
    without="shared tests engine dso module legacy autoload-config aria bf camellia cast cmp cms comp
        dtls gost idea md4 mdc2 rc2 rc4 rmd160 sctp seed sm2 sm3 sm4 srp ts whirlpool"
    # shellcheck disable=SC2046 # a list
    ./Configure "linux-$arch" --prefix=/usr --libdir=lib --openssldir=/etc/ssl \
        $(for feature in $without; do echo "no-$feature"; done)
    make -j"$jobs" build_generated
    make -j"$jobs" libcrypto.a libssl.a
    cp libcrypto.a libssl.a "$prefix/lib/"
    rm -rf "$prefix/include/openssl"
    mkdir -p "$prefix/include/openssl"
    cp include/openssl/*.h "$prefix/include/openssl/"
}

# HTTP and what belongs to it, proxies among it. No file of certificates is built in: the library finds the
# system's. --disable-openssl-auto-load-config: the host's openssl.cnf may ask for engines and providers
# that are made for another OpenSSL.
build_curl() {
    # What Debian patched is not to be made anew by autoconf.
    find . -name aclocal.m4 -exec touch {} +
    find . -name configure -exec touch {} +
    find . -name Makefile.in -exec touch {} +
    find . -name curl_config.h.in -exec touch {} +
    ./configure --build="$(uname -m)-linux-gnu" --host="$arch-linux-gnu" \
        --disable-shared --enable-static --prefix=/usr \
        CPPFLAGS="-I$prefix/include -DNGHTTP2_STATICLIB" LDFLAGS="-L$prefix/lib" \
        LIBS="-lpthread -ldl" PKG_CONFIG=false \
        --with-openssl="$prefix" --with-nghttp2="$prefix" --with-zlib="$prefix" \
        --without-ca-bundle --without-ca-path --with-ca-fallback --disable-openssl-auto-load-config \
        --without-brotli --without-zstd --without-libpsl --without-libidn2 --without-librtmp \
        --without-libssh2 --without-libssh --without-libgsasl --without-ngtcp2 --without-nghttp3 \
        --without-quiche --without-msh3 --without-gssapi \
        --enable-threaded-resolver --enable-ipv6 --enable-proxy --enable-symbol-hiding \
        --disable-ares --disable-alt-svc --disable-aws --disable-cookies --disable-dateparse \
        --disable-dict --disable-docs --disable-doh --disable-file --disable-form-api --disable-ftp \
        --disable-gopher --disable-hsts --disable-imap --disable-ipfs --disable-ldap --disable-ldaps \
        --disable-libcurl-option --disable-manual --disable-mime --disable-mqtt --disable-netrc \
        --disable-ntlm --disable-ntlm-wb --disable-kerberos-auth --disable-negotiate-auth \
        --disable-digest-auth --disable-bearer-auth --disable-pop3 --disable-progress-meter \
        --disable-rtsp --disable-sha512-256 --disable-smb --disable-smtp --disable-telnet --disable-tftp \
        --disable-tls-srp --disable-unix-sockets --disable-websockets
    for feature in USE_OPENSSL USE_NGHTTP2 HAVE_LIBZ USE_THREADS_POSIX ENABLE_IPV6; do
        grep "^#define $feature 1" lib/curl_config.h || { echo "curl has no $feature" && exit 1; }
    done
    make -j"$jobs" -C lib
    cp lib/.libs/libcurl.a "$prefix/lib/"
    cp lib/curl_config.h "$prefix/logs/"
    rm -rf "$prefix/include/curl"
    cp -R include/curl "$prefix/include/"
}

build zlib
build nghttp2
build openssl
build curl
