"""Makes a copy of a shared library without symbol versions and with another soname.

It is as one that a program brings along may be.

    unversioned.py LIBRARY COPY

What names the versions is hidden from the loader (the dynamic section) and from the linker (the
section headers); the soname loses its "lib".
"""

import struct
import sys
from pathlib import Path

DT_SONAME, DT_DEBUG = 14, 21
VERSIONS = (0x6FFFFFF0, 0x6FFFFFFC, 0x6FFFFFFD, 0x6FFFFFFE, 0x6FFFFFFF)  # both as tags and as types
SHT_PROGBITS, SHT_DYNAMIC = 1, 6


def main() -> None:
    library, copy = map(Path, sys.argv[1:3])
    file = bytearray(library.read_bytes())
    if file[:6] != b"\x7fELF\x02\x01":
        sys.exit(f"{library}: not ELF of 64 bits, little-endian")
    (sections,) = struct.unpack_from("<Q", file, 0x28)
    size, count = struct.unpack_from("<HH", file, 0x3A)
    for header in range(sections, sections + size * count, size):
        (kind,) = struct.unpack_from("<I", file, header + 4)
        if kind in VERSIONS:
            struct.pack_into("<I", file, header + 4, SHT_PROGBITS)
        if kind != SHT_DYNAMIC:
            continue
        start, length = struct.unpack_from("<QQ", file, header + 0x18)
        for entry in range(start, start + length, 16):
            tag, value = struct.unpack_from("<QQ", file, entry)
            if tag in VERSIONS:
                struct.pack_into("<Q", file, entry, DT_DEBUG)
            elif tag == DT_SONAME:
                struct.pack_into("<Q", file, entry + 8, value + len("lib"))
    copy.write_bytes(file)


if __name__ == "__main__":
    main()
