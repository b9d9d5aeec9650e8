"""Files that are sent: what may be given for one, and the calls that send and fetch files."""

from __future__ import annotations

import os
from ctypes import byref, c_char_p, c_void_p, cast, memmove

from . import _library as lib
from . import _options, _requests
from ._call import RawCall
from ._engine import Owned

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_EXPECTED = (
    "file: expected bytes, a path (os.PathLike), a file that is open in binary mode, or a tuple"
    " (filename, content) or (filename, content, content type)"
)


class Source(Owned):
    """A source of the library, freed once."""

    __slots__ = ("_kept", "error")

    def __init__(self, given: Any) -> None:
        self.error: BaseException | None = None
        self._kept: Any = None
        name, content, kind = _parts(given)
        if isinstance(content, (bytes, bytearray, memoryview)):
            data = bytes(content)
            self._kept = data
            at = cast(c_char_p(data), c_void_p)
            super().__init__(lib.quick.responses_source_memory, at, len(data))
        elif isinstance(content, os.PathLike):
            path = os.fsencode(content)
            super().__init__(lib.quick.responses_source_file, path)
        elif hasattr(content, "read"):
            self._from_file(content)
            if name is None:
                told = getattr(content, "name", None)
                name = told.rpartition("/")[2] if isinstance(told, str) else None
        else:
            raise TypeError(f"{_EXPECTED}, not {type(content).__name__}")
        self._say("filename", name)
        self._say("media_type", kind)

    def _from_file(self, file: Any) -> None:
        size = start = -1
        if getattr(file, "seekable", lambda: False)():
            start = file.tell()
            size = file.seek(0, os.SEEK_END) - start
            file.seek(start)

        def read(buffer: int, capacity: int, count: Any, _: Any) -> int:
            try:
                data = file.read(capacity)
                if not isinstance(data, (bytes, bytearray)):
                    raise TypeError("file: it must be open in binary mode")
                memmove(buffer, bytes(data), len(data))
                count[0] = len(data)
            except BaseException as problem:
                self.error = problem
                return 1
            return 0

        def rewind(_: Any) -> int:
            try:
                file.seek(start)
            except BaseException as problem:
                self.error = problem
                return 1
            return 0

        reading = lib.ReadCallback(read)
        rewinding = lib.RewindCallback(rewind) if start >= 0 else lib.RewindCallback(0)
        self._kept = reading, rewinding, file
        super().__init__(
            lib.quick.responses_source_callback, reading, rewinding, max(size, -1), None
        )

    def _say(self, name: str, value: str | None) -> None:
        if value is None:
            return
        error = c_void_p()
        text = _options.native(value, f"file: {name}")
        status = lib.quick.responses_source_set(self.handle, name.encode(), text, byref(error))
        _options.check(status, error)

    def _release(self, handle: int) -> None:
        lib.quick.responses_source_free(handle)


def _parts(given: Any) -> tuple[str | None, Any, str | None]:
    """Name, content and type, as far as they were given."""
    if not isinstance(given, tuple):
        return None, given, None
    if not 2 <= len(given) <= 4:
        raise TypeError(_EXPECTED)
    return given[0], given[1], given[2] if len(given) > 2 else None


class Problems:
    """Where a call looks for what a function of the program raised: the file's or the key's."""

    def __init__(self, source: Source, keys: Any) -> None:
        self._source = source
        self._keys = keys

    @property
    def error(self) -> BaseException | None:
        return self._source.error or (self._keys and self._keys.error)


class Upload(_requests.Request):
    """A form with a file."""

    __slots__ = ("fields", "file", "path")

    def __init__(self, path: str, file: Any, fields: dict[str, Any], **options: Any) -> None:
        extra = options.pop("extra_body", None)
        super().__init__("upload", f"POST {path}", **options)
        self.path = path
        self.file = file
        self.fields = {**fields, **(extra or {})}

    def begin(self, kind: Any, base_url: str, keys: Any, client: int) -> Any:
        source = Source(self.file)
        fields = _requests.dumps(self.fields)
        return kind(
            self.name, base_url, Problems(source, keys), lib.blocking.responses_upload_start,
            client, _options.native(self.path, "path"), fields, len(fields), source.handle,
        )  # fmt: skip


class Download(_requests.Request):
    """Bytes of any kind."""

    __slots__ = ("path",)

    def __init__(self, path: str, **options: Any) -> None:
        super().__init__("download", f"GET {path}", **options)
        self.path = path

    def begin(self, kind: Any, base_url: str, keys: Any, client: int) -> Any:
        path = _options.native(self.path, "path")
        start = lib.blocking.responses_download_start
        return RawCall(self.name, base_url, keys, start, client, path)
