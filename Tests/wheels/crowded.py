"""A host that has its own libcurl, OpenSSL, zlib, nghttp2 and jansson, for all to see.

usage: crowded.py PROGRAM

The program runs in it, and afterwards the host's libraries are what they were.
"""

from __future__ import annotations

import ctypes
import runpy
import ssl
import sys
import zlib

LIBRARIES = "libcrypto.so.3 libssl.so.3 libz.so.1 libnghttp2.so.14 libcurl.so.4 libjansson.so.4"

own = {name: ctypes.CDLL(name, ctypes.RTLD_GLOBAL) for name in LIBRARIES.split()}
curl = own["libcurl.so.4"]
curl.curl_version.restype = ctypes.c_char_p
before = curl.curl_version()
curl.curl_easy_init.restype = ctypes.c_void_p
curl.curl_easy_cleanup.argtypes = [ctypes.c_void_p]
handle = curl.curl_easy_init()
context = ssl.create_default_context()

sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")

assert curl.curl_version() == before
curl.curl_easy_cleanup(handle)
assert context.get_ca_certs() is not None
assert zlib.decompress(zlib.compress(b"text")) == b"text"
print("beside", before.decode().split()[0], ssl.OPENSSL_VERSION)
