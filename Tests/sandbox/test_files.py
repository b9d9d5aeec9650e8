"""Files: uploads, what is known of them, parts of them, and files of containers."""

from __future__ import annotations

import openai
import pytest
from openai import OpenAI
from wire import Wire

DATA = bytes(range(256)) * 20


def test_a_file_from_upload_to_deletion(client: OpenAI) -> None:
    made = client.files.create(file=("a b.bin", DATA, "image/png"), purpose="user_data")
    assert (made.object, made.bytes, made.filename) == ("file", len(DATA), "a b.bin")
    assert (made.purpose, made.status) == ("user_data", "processed")
    assert client.files.retrieve(made.id) == made
    assert made in client.files.list().data
    found = client.files.content(made.id)
    assert found.content == DATA
    assert found.response.headers["content-type"] == "image/png"
    assert client.files.delete(made.id).deleted
    with pytest.raises(openai.NotFoundError):
        client.files.content(made.id)


def test_a_file_of_a_container(client: OpenAI) -> None:
    made = client.containers.files.create("cntr_1", file=("x", b"\r\n--\r\n"))
    assert made.container_id == "cntr_1"
    assert client.containers.files.retrieve(made.id, container_id="cntr_1").id == made.id
    found = client.containers.files.content.retrieve(made.id, container_id="cntr_1")
    assert found.content == b"\r\n--\r\n"
    with pytest.raises(openai.NotFoundError):
        client.containers.files.retrieve(made.id, container_id="cntr_2")
    with pytest.raises(openai.NotFoundError):
        client.files.retrieve(made.id)
    client.containers.files.delete(made.id, container_id="cntr_1")


def test_parts(client: OpenAI, wire: Wire) -> None:
    path = f"/v1/files/{client.files.create(file=DATA, purpose='user_data').id}/content"
    whole = wire.request("GET", path)
    assert (whole.status, whole.body) == (200, DATA)
    tag = whole.headers["etag"]
    part = wire.request("GET", path, headers={"Range": "bytes=1000-", "If-Range": tag})
    assert (part.status, part.body, part.headers["etag"]) == (206, DATA[1000:], tag)
    assert part.headers["content-range"] == f"bytes 1000-{len(DATA) - 1}/{len(DATA)}"
    other = wire.request("GET", path, headers={"Range": "bytes=1000-", "If-Range": '"other"'})
    assert (other.status, other.body) == (200, DATA)
    beyond = wire.request("GET", path, headers={"Range": f"bytes={len(DATA)}-"})
    assert beyond.status == 416
    assert beyond.headers["content-range"] == f"bytes */{len(DATA)}"
    assert wire.request("GET", path, headers={"Range": "bytes=-5"}).status == 200


def test_what_is_no_form(client: OpenAI, wire: Wire) -> None:
    with pytest.raises(openai.BadRequestError, match="multipart"):
        client.post("/files", body={"purpose": "x"}, cast_to=object)
    for body in (b"", b"--x", b"--x\r\n", b"--x\r\n\r\n\r\n--y--", b"--x--"):
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        assert wire.request("POST", "/v1/files", body, headers=headers).status == 400
    assert wire.request("PUT", "/v1/files").status == 405
