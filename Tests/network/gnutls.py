"""Makes a directory in which the library runs on GnuTLS's flavour of libcurl, if it is installed.

    gnutls.py LIBRARY DIRECTORY

Debian gives the symbols of each flavour a version of its own: the copy asks for the other one. Ends
with status 77 where there is no such flavour.
"""

from __future__ import annotations

import shutil
import struct
import subprocess
import sys
from pathlib import Path

OPENSSL, GNUTLS = b"CURL_OPENSSL_4", b"CURL_GNUTLS_3"


def elf_hash(name: bytes) -> int:
    """As symbol versions have it (System V ABI, "Hash Table")."""
    value = 0
    for byte in name:
        value = (value << 4) + byte
        high = value & 0xF0000000
        value = (value ^ high >> 24) & ~high
    return value


def replace_once(data: bytes, old: bytes, new: bytes) -> bytes:
    if data.count(old) != 1:
        raise SystemExit(f"{old!r} is there {data.count(old)} times")
    return data.replace(old, new)


def flavour() -> str | None:
    known = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True, check=False)
    for line in known.stdout.splitlines():
        if "libcurl-gnutls.so.4 " in line:
            return line.split()[-1]
    return None


def main() -> int:
    library, directory = Path(sys.argv[1]), Path(sys.argv[2])
    libcurl = flavour()
    if libcurl is None:
        return 77
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    data = library.read_bytes()
    if OPENSSL in data:
        data = replace_once(data, OPENSSL + b"\0", GNUTLS.ljust(len(OPENSSL) + 1, b"\0"))
        old, new = (struct.pack("=I", elf_hash(name)) for name in (OPENSSL, GNUTLS))
        data = replace_once(data, old, new)
    (directory / "libresponses.so.0").write_bytes(data)
    (directory / "libresponses.so").symlink_to("libresponses.so.0")
    (directory / "libcurl.so.4").symlink_to(libcurl)
    return 0


if __name__ == "__main__":
    sys.exit(main())
