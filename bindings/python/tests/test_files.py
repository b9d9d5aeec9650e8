"""Files: uploads from everything that a program may have one in, and downloads."""

from __future__ import annotations

import asyncio
import io
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scripted import Scripted

from libresponses import (
    AsyncOpenAI,
    InvalidArgumentError,
    NotFoundError,
    OpenAI,
    StreamTruncatedError,
)

DATA = bytes(range(256)) * 300


class Store:
    """What a server of files keeps."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.failures = 0

    def handle(self, path: str, body: bytes) -> Any:
        if body:
            self.bodies.append(body)
        if self.failures:
            self.failures -= 1
            return 503, "application/json", b"{}"
        if path.endswith("/content"):
            if "missing" in path:
                return 404, "application/json", b'{"error":{"message":"no such file"}}'
            return 200, "image/png", DATA
        if "/files?" in path or (path.endswith("/files") and not body):
            more = "after=" not in path
            return {"data": [{"id": "file_1"}], "has_more": more, "last_id": "file_1"}
        return {"id": "file_1", "object": "file", "deleted": True, "bytes": len(body)}


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def server(store: Store) -> Iterator[Scripted]:
    with Scripted(store.handle) as running:
        yield running


def files_of(tmp_path: Path) -> list[tuple[Any, bytes, bytes]]:
    """What may be given for a file, with the name and the type that the server sees."""
    path = tmp_path / "a b.bin"
    path.write_bytes(DATA)
    usual = b"application/octet-stream"
    return [
        (DATA, b"file", usual),
        (bytearray(DATA), b"file", usual),
        (path, b"a b.bin", usual),
        (io.BytesIO(DATA), b"file", usual),
        (("x.png", DATA, "image/png"), b"x.png", b"image/png"),
        (("ü.bin", io.BytesIO(DATA)), "ü.bin".encode(), usual),
        (("y.bin", path), b"y.bin", usual),
    ]


def test_uploads(server: Scripted, store: Store, tmp_path: Path) -> None:
    with OpenAI(base_url=server.base_url, api_key="k") as client:
        for file, name, kind in files_of(tmp_path):
            made = client.files.create(
                file=file,
                purpose="user_data",
                expires_after={"anchor": "created_at", "seconds": 3600},
            )
            assert made.id == "file_1"
            assert made._request_id is None
            body = store.bodies.pop()
            assert b'name="purpose"\r\n\r\nuser_data\r\n' in body
            assert b'name="expires_after[seconds]"\r\n\r\n3600\r\n' in body
            head = b'name="file"; filename="' + name + b'"\r\nContent-Type: ' + kind + b"\r\n\r\n"
            assert head + DATA + b"\r\n--" in body
        with (tmp_path / "a b.bin").open("rb") as opened:
            opened.seek(100)
            client.files.create(file=opened, purpose="user_data")
            assert b'filename="a b.bin"' in store.bodies[-1]
            assert b"\r\n\r\n" + DATA[100:] + b"\r\n--" in store.bodies.pop()


def test_an_upload_is_retried(server: Scripted, store: Store) -> None:
    with OpenAI(base_url=server.base_url, api_key="k", options={"retry_min_ms": 1}) as client:
        store.failures = 2
        client.files.create(file=io.BytesIO(DATA), purpose="user_data")
        assert len(store.bodies) == 3
        assert all(DATA in body for body in store.bodies)


def test_what_is_no_file(server: Scripted) -> None:
    with OpenAI(base_url=server.base_url, api_key="k") as client:
        for wrong in ("text", 3, None, (), ("a",), io.StringIO("x")):
            with pytest.raises(TypeError, match="file"):
                client.files.create(file=wrong, purpose="user_data")
        with pytest.raises(InvalidArgumentError, match="no such file"):
            client.files.create(file=Path("/no/such/file"), purpose="user_data")

        class Broken(io.BytesIO):
            def read(self, size: Any = -1) -> bytes:
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            client.files.create(file=Broken(DATA), purpose="user_data")
        assert client.files.create(file=DATA, purpose="user_data").id == "file_1"


def test_the_rest_of_files(server: Scripted) -> None:
    with OpenAI(base_url=server.base_url, api_key="k") as client:
        assert client.files.retrieve("file_1").id == "file_1"
        assert client.files.delete("file_1").deleted is True
        assert [file.id for file in client.files.list(limit=1)] == ["file_1", "file_1"]
        assert client.containers.files.create("c/1", file=DATA).id == "file_1"
        assert client.containers.files.create("c_1", file_id="file_2").id == "file_1"
        assert client.containers.files.retrieve("f", container_id="c").id == "file_1"
        assert client.containers.files.delete("f", container_id="c").deleted is True
        assert len(list(client.containers.files.list("c"))) == 2
        assert [path for path, _ in server.seen][-1] == "/v1/containers/c/files?after=file_1"
        assert "/v1/containers/c%2F1/files" in [path for path, _ in server.seen]
        with pytest.raises(InvalidArgumentError, match="file_id"):
            client.files.content("")


def test_downloads(server: Scripted, tmp_path: Path) -> None:
    with OpenAI(base_url=server.base_url, api_key="k") as client:
        found = client.files.content("file_1")
        assert found.read() == found.content == DATA
        assert found.headers["content-type"] == "image/png"
        found.write_to_file(tmp_path / "one")
        assert (tmp_path / "one").read_bytes() == DATA
        made = client.containers.files.content.retrieve("f_1", container_id="c_1")
        assert made.content == DATA
        with client.files.with_streaming_response.content("file_1") as answer:
            assert answer.headers["content-type"] == "image/png"
            assert b"".join(answer.iter_bytes(1000)) == DATA
        with client.files.with_streaming_response.content("file_1") as answer:
            answer.stream_to_file(tmp_path / "two")
        assert (tmp_path / "two").read_bytes() == DATA
        with client.files.with_streaming_response.content("file_1") as answer:
            next(answer.iter_bytes())  # and no more
        with pytest.raises(NotFoundError, match="no such file"):
            client.files.content("missing")


def test_asyncio(server: Scripted, store: Store, tmp_path: Path) -> None:
    async def main() -> None:
        async with AsyncOpenAI(base_url=server.base_url, api_key="k") as client:
            made = await client.files.create(file=io.BytesIO(DATA), purpose="user_data")
            assert made.id == "file_1"
            assert DATA in store.bodies[-1]
            assert (await client.files.content("file_1")).content == DATA
            async with client.files.with_streaming_response.content("file_1") as answer:
                assert b"".join([piece async for piece in answer.iter_bytes()]) == DATA
            async with client.files.with_streaming_response.content("file_1") as answer:
                await answer.stream_to_file(tmp_path / "three")
            assert (tmp_path / "three").read_bytes() == DATA
            assert [file.id async for file in client.files.list()] == ["file_1", "file_1"]
            many = [client.files.create(file=(f"{n}", DATA), purpose="x") for n in range(20)]
            assert len(await asyncio.gather(*many)) == 20

    asyncio.run(main())


def breaking(tags: list[str]) -> Iterator[str]:
    """A server that breaks off after 1,000 bytes, and goes on where it is asked to."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for number, tag in enumerate(tags):
            connection, _ = listener.accept()
            with connection:
                request = b""
                while b"\r\n\r\n" not in request:
                    request += connection.recv(65536)
                mark = f"ETag: {tag}\r\n" if tag else ""
                if number == 0:
                    head = f"HTTP/1.1 200 OK\r\n{mark}Content-Length: {len(DATA)}\r\n\r\n"
                    connection.sendall(head.encode() + DATA[:1000])
                    continue
                assert b"Range: bytes=1000-\r\n" in request
                head = (
                    f"HTTP/1.1 206 Partial Content\r\n{mark}Content-Length: {len(DATA) - 1000}\r\n"
                    f"Content-Range: bytes 1000-{len(DATA) - 1}/{len(DATA)}\r\n\r\n"
                )
                connection.sendall(head.encode() + DATA[1000:])

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    thread.join(10)
    listener.close()


@pytest.mark.parametrize("tags", [['"1"', '"1"'], ['"1"', '"2"'], [""]])
def test_a_download_that_breaks_off(tags: list[str]) -> None:
    for url in breaking(tags):
        with OpenAI(base_url=url, api_key="k") as client:
            if tags[0] and tags[0] == tags[-1]:
                assert client.files.content("file_1").content == DATA
                continue
            got = b""
            with pytest.raises(StreamTruncatedError), \
                    client.files.with_streaming_response.content("file_1") as answer:  # fmt: skip
                for piece in answer.iter_bytes():
                    got += piece
            assert got == DATA[:1000]
