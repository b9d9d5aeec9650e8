"""Finds libresponses, loads it and declares its functions.

The places, in this order:

1. the file that ``RESPONSES_LIBRARY`` names; when it is set, only that one;
2. ``libresponses.so.0`` in this package, where a wheel carries it;
3. ``libresponses.so.0`` wherever the dynamic linker finds it: an installed library;
4. ``build/lib`` of the source checkout that this file is part of.

When none can be loaded, ``ImportError`` lists every attempt and what was wrong with it.
"""

from __future__ import annotations

import ctypes
import os
from ctypes import POINTER, c_char_p, c_int, c_int64, c_size_t, c_uint, c_void_p

from . import _constants

TYPE_CHECKING = False  # `typing` takes ten milliseconds to import
if TYPE_CHECKING:
    from typing import Any

SONAME = "libresponses.so.0"

Out = POINTER(c_void_p)
Int = POINTER(c_int)
Size = POINTER(c_size_t)
Callback = ctypes.CFUNCTYPE(c_int, c_void_p, c_void_p)
AttemptCallback = ctypes.CFUNCTYPE(None, c_void_p, c_void_p)
KeyCallback = ctypes.CFUNCTYPE(None, c_void_p, c_void_p)
ToolCallback = ctypes.CFUNCTYPE(None, c_void_p, c_void_p)
ReadCallback = ctypes.CFUNCTYPE(c_int, c_void_p, c_size_t, Size, c_void_p)
RewindCallback = ctypes.CFUNCTYPE(c_int, c_void_p)
WriteCallback = ctypes.CFUNCTYPE(c_int, c_void_p, c_size_t, c_void_p)
ImageCallback = ctypes.CFUNCTYPE(
    c_int, c_char_p, c_char_p, c_int64, c_void_p, c_size_t, c_int, c_void_p
)
LogCallback = ctypes.CFUNCTYPE(None, c_int, c_void_p, c_size_t, c_void_p)

# What each function returns and takes. Handles are addresses. Text that comes out and may hold a
# NUL is an address too, to be copied by its length. A test compares this with the header.
_C, _TEXT, _N = c_void_p, c_char_p, c_size_t
DECLARATIONS: dict[str, tuple[Any, list[Any]]] = {
    "responses_version": (c_char_p, []),
    "responses_version_number": (c_uint, []),
    "responses_abi_version": (c_uint, []),
    "responses_build_info": (c_char_p, []),
    "responses_constant": (c_int, [_TEXT, Int]),
    "responses_status_name": (c_char_p, [c_int]),
    "responses_status_text": (c_char_p, [c_int]),
    "responses_error_status": (c_int, [_C]),
    "responses_error_http_status": (c_int, [_C]),
    "responses_error_is_retryable": (c_int, [_C]),
    "responses_error_retry_after_ms": (c_int64, [_C]),
    "responses_error_attempts": (c_int, [_C]),
    "responses_error_last_sequence": (c_int64, [_C]),
    "responses_error_field": (c_void_p, [_C, c_int, Size]),
    "responses_error_phase": (c_int, [_C]),
    "responses_error_free": (None, [_C]),
    "responses_client_new": (c_int, [Out, Out]),
    "responses_client_derive": (c_int, [_C, Out, Out]),
    "responses_client_set": (c_int, [_C, _TEXT, _TEXT, Out]),
    "responses_option_name": (c_char_p, [_N]),
    "responses_client_set_header": (c_int, [_C, _TEXT, _TEXT, Out]),
    "responses_client_set_log": (c_int, [_C, c_int, LogCallback, c_void_p]),
    "responses_client_set_key_callback": (c_int, [_C, KeyCallback, c_void_p]),
    "responses_client_set_attempt_callback": (c_int, [_C, AttemptCallback, c_void_p]),
    "responses_attempt_number": (c_int64, [_C, c_int]),
    "responses_attempt_text": (c_void_p, [_C, c_int, Size]),
    "responses_attempt_json": (c_void_p, [_C, Size]),
    "responses_attempt_response": (c_void_p, [_C]),
    "responses_attempt_user_data": (c_void_p, [_C]),
    "responses_attempt_rate_limit": (c_int64, [_C, c_int]),
    "responses_response_rate_limit": (c_int64, [_C, c_int]),
    "responses_error_rate_limit": (c_int64, [_C, c_int]),
    "responses_key_request_attempt": (c_int, [_C]),
    "responses_key_request_http_status": (c_int, [_C]),
    "responses_key_request_answer": (c_int, [_C, _TEXT, _N, Out]),
    "responses_key_request_free": (None, [_C]),
    "responses_client_free": (None, [_C]),
    "responses_client_fd": (c_int, [_C]),
    "responses_client_dispatch": (c_int, [_C]),
    "responses_client_next_ready": (c_int, [_C, Out]),
    "responses_client_interrupt": (None, [_C]),
    "responses_response_json": (c_void_p, [_C, Size]),
    "responses_response_text": (c_void_p, [_C, Size]),
    "responses_response_id": (c_char_p, [_C]),
    "responses_response_status": (c_char_p, [_C]),
    "responses_response_http_status": (c_int, [_C]),
    "responses_response_request_id": (c_char_p, [_C]),
    "responses_response_header": (c_char_p, [_C, _TEXT]),
    "responses_response_headers": (c_void_p, [_C, Size]),
    "responses_response_http_version": (c_char_p, [_C]),
    "responses_response_attempts": (c_int, [_C]),
    "responses_response_history": (c_void_p, [_C, Size]),
    "responses_response_get": (c_int, [_C, _TEXT, Int, Out, Size]),
    "responses_response_clone": (c_int, [_C, Out]),
    "responses_response_free": (None, [_C]),
    "responses_event_type": (c_char_p, [_C]),
    "responses_event_kind": (c_int, [_C]),
    "responses_event_sequence": (c_int64, [_C]),
    "responses_event_text": (c_void_p, [_C, Size]),
    "responses_event_json": (c_void_p, [_C, Size]),
    "responses_event_response_id": (c_char_p, [_C]),
    "responses_event_item_id": (c_char_p, [_C]),
    "responses_event_output_index": (c_int, [_C]),
    "responses_event_content_index": (c_int, [_C]),
    "responses_event_get": (c_int, [_C, _TEXT, Int, Out, Size]),
    "responses_event_clone": (c_int, [_C, Out]),
    "responses_event_free": (None, [_C]),
    "responses_create": (c_int, [_C, _TEXT, _N, Out, Out]),
    "responses_get": (c_int, [_C, _TEXT, _TEXT, _N, Out, Out]),
    "responses_cancel": (c_int, [_C, _TEXT, Out, Out]),
    "responses_delete": (c_int, [_C, _TEXT, Out, Out]),
    "responses_list_input_items": (c_int, [_C, _TEXT, _TEXT, _N, Out, Out]),
    "responses_count_input_tokens": (c_int, [_C, _TEXT, _N, Out, Out]),
    "responses_compact": (c_int, [_C, _TEXT, _N, Out, Out]),
    "responses_wait": (c_int, [_C, _TEXT, c_int, Out, Out]),
    "responses_send": (c_int, [_C, _TEXT, _TEXT, _TEXT, _N, Out, Out]),
    "responses_create_stream": (c_int, [_C, _TEXT, _N, Callback, c_void_p, Out, Out]),
    "responses_get_stream": (c_int, [_C, _TEXT, _TEXT, _N, Callback, c_void_p, Out, Out]),
    "responses_create_start": (c_int, [_C, _TEXT, _N, Out, Out]),
    "responses_create_stream_start": (c_int, [_C, _TEXT, _N, Out, Out]),
    "responses_get_start": (c_int, [_C, _TEXT, _TEXT, _N, Out, Out]),
    "responses_get_stream_start": (c_int, [_C, _TEXT, _TEXT, _N, Out, Out]),
    "responses_cancel_start": (c_int, [_C, _TEXT, Out, Out]),
    "responses_delete_start": (c_int, [_C, _TEXT, Out, Out]),
    "responses_list_input_items_start": (c_int, [_C, _TEXT, _TEXT, _N, Out, Out]),
    "responses_count_input_tokens_start": (c_int, [_C, _TEXT, _N, Out, Out]),
    "responses_compact_start": (c_int, [_C, _TEXT, _N, Out, Out]),
    "responses_wait_start": (c_int, [_C, _TEXT, c_int, Out, Out]),
    "responses_send_start": (c_int, [_C, _TEXT, _TEXT, _TEXT, _N, Out, Out]),
    "responses_session_open": (c_int, [_C, Out, Out]),
    "responses_session_open_start": (c_int, [_C, Out, Out, Out]),
    "responses_session_create": (c_int, [_C, _TEXT, _N, Out, Out]),
    "responses_session_create_stream": (c_int, [_C, _TEXT, _N, Callback, c_void_p, Out, Out]),
    "responses_session_create_start": (c_int, [_C, _TEXT, _N, Out, Out]),
    "responses_session_send_start": (c_int, [_C, _TEXT, _N, Out, Out]),
    "responses_session_connections": (c_int, [_C]),
    "responses_session_free": (None, [_C]),
    "responses_tools_new": (c_int, [Out, Out]),
    "responses_tools_add": (c_int, [_C, _TEXT, _TEXT, _TEXT, _N, ToolCallback, c_void_p, Out]),
    "responses_tools_add_json": (c_int, [_C, _TEXT, _N, ToolCallback, c_void_p, Out]),
    "responses_tools_free": (None, [_C]),
    "responses_run": (c_int, [_C, _TEXT, _N, _C, Callback, c_void_p, Out, Out]),
    "responses_run_start": (c_int, [_C, _TEXT, _N, _C, Out, Out]),
    "responses_session_run": (c_int, [_C, _TEXT, _N, _C, Callback, c_void_p, Out, Out]),
    "responses_session_run_start": (c_int, [_C, _TEXT, _N, _C, Out, Out]),
    "responses_tool_call_name": (c_char_p, [_C]),
    "responses_tool_call_id": (c_char_p, [_C]),
    "responses_tool_call_arguments": (c_void_p, [_C, Size]),
    "responses_tool_call_answer": (c_int, [_C, _TEXT, _N, Out]),
    "responses_tool_call_answer_json": (c_int, [_C, _TEXT, _N, Out]),
    "responses_tool_call_fail": (c_int, [_C, _TEXT, _N, Out]),
    "responses_tool_call_free": (None, [_C]),
    "responses_call_next": (c_int, [_C, Out, Out]),
    "responses_call_next_batch": (c_int, [_C, c_int, c_void_p, _N, Size, Int, Out]),
    "responses_call_next_bytes": (c_int, [_C, Out, Size, Out]),
    "responses_call_wait": (c_int, [_C, c_int]),
    "responses_call_cancel": (c_int, [_C]),
    "responses_call_response": (c_void_p, [_C]),
    "responses_call_set_user_data": (c_int, [_C, c_void_p]),
    "responses_call_user_data": (c_void_p, [_C]),
    "responses_call_free": (None, [_C]),
    "responses_decode_start": (c_int, [_C, Out, Out]),
    "responses_call_feed": (c_int, [_C, c_void_p, _N, Out]),
    "responses_call_feed_end": (c_int, [_C, Out]),
    "responses_source_memory": (c_int, [c_void_p, _N, Out, Out]),
    "responses_source_file": (c_int, [_TEXT, Out, Out]),
    "responses_source_descriptor": (c_int, [c_int, Out, Out]),
    "responses_source_callback": (
        c_int,
        [ReadCallback, RewindCallback, c_int64, c_void_p, Out, Out],
    ),
    "responses_source_set": (c_int, [_C, _TEXT, _TEXT, Out]),
    "responses_source_free": (None, [_C]),
    "responses_upload": (c_int, [_C, _TEXT, _TEXT, _N, _C, Out, Out]),
    "responses_upload_start": (c_int, [_C, _TEXT, _TEXT, _N, _C, Out, Out]),
    "responses_download": (c_int, [_C, _TEXT, WriteCallback, c_void_p, Out, Out]),
    "responses_download_to": (c_int, [_C, _TEXT, c_int, Out, Out]),
    "responses_download_start": (c_int, [_C, _TEXT, Out, Out]),
    "responses_client_attach": (c_int, [_C, _TEXT, _C, Out]),
    "responses_client_set_image_callback": (c_int, [_C, ImageCallback, c_void_p]),
    "responses_webhook_verify": (c_int, [_TEXT, _TEXT, _TEXT, c_void_p, _N, _TEXT, c_int, Out]),
    "responses_json_get": (c_int, [c_void_p, _N, _TEXT, Int, Out, Size]),
    "responses_json_text": (c_int, [c_void_p, _N, c_void_p, _N, Size]),
    "responses_json_read_string": (c_int, [c_void_p, _N, _TEXT, c_void_p, _N, Size]),
    "responses_json_count": (c_int, [c_void_p, _N, _TEXT, Int]),
    "responses_json_quote": (c_int, [c_void_p, _N, c_void_p, _N, Size]),
    "responses_json_check": (c_int, [c_void_p, _N, c_int, Int, Out, Size]),
    "responses_copy_text": (c_int, [c_void_p, _N, c_void_p, _N, Size]),
}


def declared(library: Any, name: str) -> Any:
    """A function of the library with its types."""
    function = library[name]
    function.restype, function.argtypes = DECLARATIONS[name]
    library.__dict__[name] = function
    return function


def bare(library: Any, name: str) -> Any:
    """A function of the library for arguments that are as it takes them.

    These are ``from_param`` of an address or a size, ``byref``, bytes, and numbers that are an int.
    To see that they are costs as much as many of these functions themselves.
    """
    function = library[name]
    function.restype = DECLARATIONS[name][0]
    return function


class Quick(ctypes.PyDLL):
    """The library, whose functions are declared when they are first used: that is quicker."""

    def __getattr__(self, name: str) -> Any:
        if name not in DECLARATIONS:
            raise AttributeError(name)
        return declared(self, name)


class Library:
    """The loaded library.

    ``blocking`` has the functions that may take a while and give up the GIL meanwhile, ``quick``
    those that never wait for anything, and keep it: giving it up costs more than they take.
    """

    def __init__(self, path: str, blocking: ctypes.CDLL) -> None:
        self.path = path
        self.blocking = blocking
        self.quick = Quick(path)
        for name in DECLARATIONS:  # a library that lacks one does not fit
            declared(blocking, name)


_AT_SECURE = 23


def is_privileged() -> bool:
    """Whether this program has rights that whoever started it has not (setuid, capabilities)."""
    try:
        getauxval = ctypes.PyDLL(None).getauxval
    except (AttributeError, OSError):
        return os.getuid() != os.geteuid() or os.getgid() != os.getegid()
    getauxval.restype, getauxval.argtypes = ctypes.c_ulong, [ctypes.c_ulong]
    return bool(getauxval(_AT_SECURE))


_is_privileged = is_privileged()


def environment(name: str) -> str | None:
    """A variable of the environment; none is trusted by a program with more rights than its user.

    The library does the same with those that it reads itself.
    """
    return None if _is_privileged else os.environ.get(name)


def candidates() -> list[tuple[str, str]]:
    """The places to look, each with a word on why."""
    forced = environment("RESPONSES_LIBRARY")
    if forced:
        return [(forced, "RESPONSES_LIBRARY")]
    here = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 (pathlib is slow to load)
    places = [
        (os.path.join(here, SONAME), "in the package"),  # noqa: PTH118
        (SONAME, "installed"),
    ]
    checkout = os.path.normpath(os.path.join(here, "..", "..", ".."))  # noqa: PTH118
    if os.path.exists(os.path.join(checkout, "include", "responses.h")):  # noqa: PTH110, PTH118
        places.append((os.path.join(checkout, "build", "lib", SONAME), "source checkout"))  # noqa: PTH118
    return places


def advice(problem: str) -> str:
    """What helps, when the library is a distribution's, and what it needs is not there."""
    name = problem.split(".so", 1)[0]
    if name not in ("libcurl", "libjansson") or "cannot open shared object file" not in problem:
        return ""
    return (
        "; install libcurl4 and libjansson4 (Debian, Ubuntu, SUSE), libcurl and jansson (Fedora, "
        "Alpine) or curl and jansson (Arch), or use a self-contained wheel"
    )


def load() -> Library:
    """Loads the library from the first place where there is a fitting one."""
    failures = []
    for path, why in candidates():
        if os.path.isabs(path) and not os.path.exists(path):  # noqa: PTH110, PTH117
            failures.append(f"{path} ({why}): there is no such file")
            continue
        try:
            found = ctypes.CDLL(path)
            abi = found.responses_abi_version()
            needed = _constants.ABI_VERSION
            if abi != needed:
                failures.append(f"{path} ({why}): its ABI is {abi}, needed is {needed}")
                continue
            return Library(path, found)
        except (OSError, AttributeError) as problem:
            failures.append(f"{path} ({why}): {problem}{advice(str(problem))}")
    raise ImportError("libresponses cannot be loaded. Tried:\n  " + "\n  ".join(failures))


library = load()
blocking = library.blocking
quick = library.quick


def version() -> str:
    """The version of the library that is loaded, "0.1.0" say."""
    text: bytes = quick.responses_version()
    return text.decode()


def build_info() -> str:
    """How the library was built, as JSON: version, abi, runtime, curl, tls, features."""
    text: bytes = quick.responses_build_info()
    return text.decode()
