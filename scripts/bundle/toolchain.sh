#!/bin/sh
# Writes a C compiler into build/bundle/ARCH/tools: zig's clang with the headers and the symbol versions of
# an old glibc, so that what it links runs on every system with that or a newer one.
#   toolchain.sh ARCH      x86_64, aarch64
set -eu
cd "$(dirname "$0")/../.."

# CentOS Stream 8 and RHEL 8 have 2.28, Debian 11 has 2.31.
glibc=2.28
zig=$(.venv/bin/python -c 'import os, ziglang; print(os.path.dirname(ziglang.__file__))')/zig
tools=build/bundle/$1/tools
mkdir -p "$tools"
# tool NAME COMMAND...
tool() {
    name=$1
    shift
    cat > "$tools/$name.new" << END
#!/bin/sh
export ZIG_GLOBAL_CACHE_DIR="$PWD/build/bundle/zig" ZIG_LOCAL_CACHE_DIR="$PWD/build/bundle/zig"
exec "$zig" $* "\$@"
END
    chmod +x "$tools/$name.new"
    mv "$tools/$name.new" "$tools/$name"
}
# The names by which configure scripts look for them, and no flag that they would write down.
tool bundle-cc cc -target "$1-linux-gnu.$glibc" -fno-sanitize=all "-ffile-prefix-map=$PWD/=" \
    -Wno-unused-command-line-argument
tool bundle-ar ar
tool bundle-ranlib ranlib
