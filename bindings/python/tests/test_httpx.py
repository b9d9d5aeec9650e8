"""``libresponses.httpx``: transports for httpx and httpx2, alike for threads and for asyncio."""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Iterator
from typing import Any, Callable

import pytest
from conftest import KEY, Sandbox, run
from scripted import Scripted

import libresponses.httpx as ours

Fault = Callable[[str], dict[str, str]]
BODY = {"model": "sandbox", "input": "Hello"}
HELLO = "You said: Hello"


class Asking:
    """Requests by one of the packages, in one of the two ways; answers are read to their end."""

    def __init__(self, package: Any, is_async: bool) -> None:
        self.package = package
        self.is_async = is_async
        self.made = ours.of(package)

    def __call__(
        self, method: str, url: str, *, transport: dict[str, Any] | None = None, **options: Any
    ) -> Any:
        given = transport or {}
        limit = options.pop("limit", 20)
        if not self.is_async:
            with self.package.Client(
                transport=self.made.Transport(**given), timeout=limit, follow_redirects=True
            ) as client:
                return client.request(method, url, **options)

        async def ask() -> Any:
            async with self.package.AsyncClient(
                transport=self.made.AsyncTransport(**given), timeout=limit, follow_redirects=True
            ) as client:
                return await client.request(method, url, **options)

        return run(ask())

    def other(self, seen: list[str]) -> Any:
        """A transport that notes what passes on to it."""

        def handle(request: Any) -> Any:
            seen.append(f"{request.method} {request.url}")
            return self.package.Response(299, text="passed on")

        return self.package.MockTransport(handle)


@pytest.fixture(params=["httpx2-sync", "httpx2-async", "httpx-sync", "httpx-async"])
def ask(request: pytest.FixtureRequest) -> Asking:
    name, _, way = request.param.partition("-")
    return Asking(pytest.importorskip(name), way == "async")


@pytest.fixture(params=["httpx2", "httpx"])
def package(request: pytest.FixtureRequest) -> Any:
    return pytest.importorskip(request.param)


AUTHORIZED = {"Authorization": f"Bearer {KEY}"}


def test_every_operation(ask: Asking, sandbox: Sandbox) -> None:
    base = sandbox.base_url
    made = ask("POST", f"{base}/responses", json=BODY, headers=AUTHORIZED)
    assert made.status_code == 200
    assert made.json()["output"][0]["content"][0]["text"] == HELLO
    assert made.headers["content-type"].startswith("application/json")
    assert made.extensions["http_version"] == b"HTTP/1.1"
    assert made.elapsed.total_seconds() > 0
    one = f"{base}/responses/{made.json()['id']}"
    assert ask("GET", one, headers=AUTHORIZED).json()["id"] == made.json()["id"]
    items = ask("GET", f"{one}/input_items?limit=1", headers=AUTHORIZED).json()
    assert items["object"] == "list"
    count = ask("POST", f"{base}/responses/input_tokens", json=BODY, headers=AUTHORIZED)
    assert count.json()["input_tokens"] > 0
    assert ask("POST", f"{base}/responses/compact", json=BODY, headers=AUTHORIZED).is_success
    assert ask("POST", f"{one}/cancel", headers=AUTHORIZED).status_code == 400
    assert ask("DELETE", one, headers=AUTHORIZED).is_success
    gone = ask("GET", one, headers=AUTHORIZED)
    assert gone.status_code == 404
    assert gone.json()["error"]["type"]


def test_what_is_not_below_responses_passes_on(ask: Asking) -> None:
    with Scripted(lambda target, body: {"target": target}) as server:
        base = server.base_url
        seen: list[str] = []
        requests: list[tuple[str, str, dict[str, Any]]] = [
            ("GET", "/models", {}),
            ("POST", "/conversations", {"json": {}}),
            ("POST", "/chat/completions", {"json": BODY}),
            ("GET", "/responses/r/unknown", {}),
            ("GET", "/responses/r/input_items/deep", {}),
            ("GET", "/responsesx", {}),
            ("POST", "/responses", {"content": b"no json"}),
            ("POST", "/responses", {"content": b'{"a": NaN}'}),
            ("POST", "/responses", {"data": {"a": "b"}}),
        ]
        for method, path, options in requests:
            transport = {"other": ask.other(seen)}
            answer = ask(method, base + path, transport=transport, **options)
            assert answer.status_code == 299, path
            assert seen[-1] == f"{method} {base}{path}"
        assert not server.seen
        assert ask("POST", f"{base}/responses", json={}, transport={"other": None}).is_success
        # Through the package's own, where nothing else was given.
        assert ask("GET", f"{base}/models").json() == {"target": "/v1/models"}


def test_requests_are_those_that_were_made(ask: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "project")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-From-Environment: 1")
    bodies: list[bytes] = []

    def handler(target: str, body: bytes) -> Any:
        bodies.append(body)
        return {"id": "resp_1"}

    with Scripted(handler) as server:
        base = server.base_url + "/azure%20x"
        content = b'{"model":"m",  "input":"\xc3\xa9"}'
        kind = {"Content-Type": "application/json"}
        ask("POST", f"{base}/responses?api-version=1&b=%2F", content=content, headers=kind)
        target, headers = server.seen[0]
        assert target == "/v1/azure%20x/responses?api-version=1&b=%2F"
        assert bodies[0] == content
        # Nothing that the environment has for the library.
        for name in ("authorization", "openai-organization", "openai-project"):
            assert name not in headers
        assert "x-from-environment" not in headers
        assert "x-stainless-lang" not in headers
        assert headers["user-agent"].startswith("python-httpx")
        ask("GET", f"{base}/responses/a%2Fb?include=x&include=y", headers={"X-A": "1"})
        target, headers = server.seen[1]
        assert target == "/v1/azure%20x/responses/a%2Fb?include=x&include=y"
        assert headers["x-a"] == "1"
        ask("GET", f"{base}/responses/a%2Fb?stream=true&starting_after=7&include=x")
        target, _ = server.seen[2]
        path, _, query = target.partition("?")
        assert path == "/v1/azure%20x/responses/a%2Fb"
        assert set(query.split("&")) == {"stream=true", "starting_after=7", "include=x"}


def test_answers_stay_as_they_are(ask: Asking) -> None:
    big = json.dumps({"error": {"message": "no", "more": "x" * 300_000}}).encode()
    answers = {
        "a": (200, "text/html; charset=utf-8", b"<p>\xc3\xa9"),
        "b": (200, "application/octet-stream", b"\xff\x00\xfe"),
        "c": (200, "application/json", b'{"error": {"message": "with 200"}}'),
        "d": (422, "application/json", big),
        "e": (404, "application/octet-stream", b"\xff\x00\xfe"),
        "f": (200, "application/json", b""),
    }
    with Scripted(lambda target, body: answers[target[-1]]) as server:
        for name, (status, kind, body) in answers.items():
            answer = ask("GET", f"{server.base_url}/responses/{name}")
            assert (answer.status_code, answer.content) == (status, body)
            assert answer.headers["content-type"] == kind
            assert answer.elapsed is not None


def test_headers_of_the_wire_are_taken_out(ask: Asking) -> None:
    import socketserver

    class Packed(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            target = self.rfile.readline().split()[1]
            while self.rfile.readline().strip():
                pass
            if target.endswith(b"/moved"):
                head = b"HTTP/1.1 307 Moved\r\nLocation: /v1/responses/there\r\n"
                self.wfile.write(head + b"Content-Length: 0\r\n\r\n")
                return
            body = gzip.compress(b'{"id": "x"}')
            self.wfile.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n"
                b"Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: %d\r\n\r\n"
                % len(body)
                + body
            )

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Packed) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.server_address[1]}/v1/responses/moved"
            answer = ask("GET", url)
        finally:
            server.shutdown()
            thread.join()
    assert answer.json() == {"id": "x"}
    assert answer.url.path == "/v1/responses/there"  # redirects are the package's business
    assert "content-encoding" not in answer.headers
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]


def test_who_retries(ask: Asking) -> None:
    with Scripted(lambda target, body: (503, "application/json", b"{}")) as server:
        url = f"{server.base_url}/responses"

        def asked(**transport: Any) -> tuple[int, int, Any]:
            server.seen.clear()
            answer = ask("POST", url, json=BODY, transport=transport)
            assert answer.status_code == 503
            keys = {headers["idempotency-key"] for _, headers in server.seen}
            return len(server.seen), len(keys), answer.headers.get("x-should-retry")

        assert asked() == (1, 1, None)
        assert asked(max_retries=1) == (2, 1, None)
        assert asked(max_retries=1, for_openai=True) == (2, 1, "false")


def test_failures_are_those_of_the_package(ask: Asking, sandbox: Sandbox, fault: Fault) -> None:
    package = ask.package
    url = f"{sandbox.base_url}/responses"

    def failed(kind: Any, spec: str = "", where: str = url, **options: Any) -> None:
        headers = {**AUTHORIZED, **(fault(spec) if spec else {})}
        with pytest.raises(kind) as caught:
            ask("POST", where, json={**BODY, **options.pop("more", {})}, headers=headers, **options)
        assert type(caught.value) is kind
        assert caught.value.request.url == where

    failed(package.ConnectError, where="http://127.0.0.1:9/v1/responses")
    failed(package.ReadTimeout, "first-byte-delay=9000", limit=0.2)
    failed(package.RemoteProtocolError, "no-response=fin")
    stream = {"stream": True}
    failed(package.RemoteProtocolError, "cut-after-events=3; how=rst", more=stream)
    failed(package.ReadTimeout, "stall-after-events=3", limit=0.2, more=stream)


def test_a_stream_is_what_was_sent(ask: Asking, sandbox: Sandbox, fault: Fault) -> None:
    url = f"{sandbox.base_url}/responses"
    body = {**BODY, "input": "#long=40", "stream": True, "background": True}
    for spec in ("comment-every=2; comment=still here", "cut-after-events=10; times=3"):
        answer = ask("POST", url, json=body, headers={**AUTHORIZED, **fault(spec)})
        assert answer.headers["content-type"].startswith("text/event-stream")
        events = [
            json.loads(line[6:]) for line in answer.text.split("\n") if line.startswith("data: {")
        ]
        assert [one["sequence_number"] for one in events] == list(range(len(events)))
        assert events[-1]["type"] == "response.completed"
        assert ("still here" in answer.text) == ("comment" in spec)
        assert answer.elapsed.total_seconds() > 0
    # An event that tells of a failure is the last one, and no exception beside it.
    headers = {**AUTHORIZED, **fault("error-at=3; error-then=nothing")}
    answer = ask("POST", url, json={**BODY, "stream": True}, headers=headers)
    assert "event: error" in answer.text


def test_the_head_is_there_first(package: Any, sandbox: Sandbox, fault: Fault) -> None:
    headers = {**AUTHORIZED, **fault("first-event-delay=600")}
    transport = ours.of(package).Transport()
    began = time.monotonic()
    with (
        package.Client(transport=transport, timeout=20) as client,
        client.stream(
            "POST",
            f"{sandbox.base_url}/responses",
            json={**BODY, "stream": True},
            headers=headers,
        ) as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["x-request-id"]
        before = time.monotonic() - began
        chunks = answer.iter_raw()
        assert b"response.created" in next(chunks)
        assert time.monotonic() - began > 0.5 > before
    # Leaving the block has ended the call: conftest looks for calls that are open.


def test_closing_from_another_thread(package: Any, sandbox: Sandbox, fault: Fault) -> None:
    headers = {**AUTHORIZED, **fault("stall-after-events=3")}
    transport = ours.of(package).Transport()
    with (
        package.Client(transport=transport, timeout=20) as client,
        client.stream(
            "POST", f"{sandbox.base_url}/responses", json={**BODY, "stream": True}, headers=headers
        ) as answer,
    ):
        timer = threading.Timer(0.2, answer.close)
        timer.start()
        with pytest.raises((package.ReadError, package.StreamError)):
            for _ in answer.iter_raw():
                pass
        timer.join()


def test_one_transport_for_threads_and_loops(package: Any, sandbox: Sandbox) -> None:
    import asyncio

    url = f"{sandbox.base_url}/responses"
    answers: list[str] = []
    with package.Client(transport=ours.of(package).Transport(), timeout=20) as client:

        def post() -> None:
            made = client.post(url, json=BODY, headers=AUTHORIZED)
            answers.append(made.json()["status"])

        threads = [threading.Thread(target=post) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert answers == ["completed"] * 8

    async def many() -> None:
        transport = ours.of(package).AsyncTransport()
        async with package.AsyncClient(transport=transport, timeout=20) as client:
            made = await asyncio.gather(
                *(client.post(url, json=BODY, headers=AUTHORIZED) for _ in range(20))
            )
        assert [one.status_code for one in made] == [200] * 20

    run(many())


def test_proxies_of_the_environment(monkeypatch: pytest.MonkeyPatch, package: Any) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    url = package.URL("http://example.invalid/v1/models")
    assert ours._proxy(url) is None
    monkeypatch.setenv("http_proxy", "127.0.0.1:9")
    assert ours._proxy(url) == "http://127.0.0.1:9"
    monkeypatch.setenv("no_proxy", "example.invalid")
    assert ours._proxy(url) is None
    monkeypatch.delenv("no_proxy")
    # Both ways go there: the package's own, and ours.
    with package.Client(transport=ours.of(package).Transport(), timeout=5) as client:
        with pytest.raises(package.ConnectError):
            client.get(url)
        with pytest.raises(package.ConnectError, match="the proxy"):
            client.get("http://example.invalid/v1/responses/r")


@pytest.fixture
def no_openai(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What the installed openai says that it needs; none where it is not installed."""
    from importlib import metadata

    needs: list[str] = []

    def requires(name: str) -> list[str]:
        if not needs:
            raise metadata.PackageNotFoundError(name)
        return needs

    monkeypatch.setattr(metadata, "requires", requires)
    yield needs


def test_which_package(no_openai: list[str]) -> None:
    httpx = pytest.importorskip("httpx")
    httpx2 = pytest.importorskip("httpx2")

    with ours.client() as made:
        assert isinstance(made, httpx2.Client)
    no_openai += ["httpx<1,>=0.23.0", "httpx2<3,>=2.7.0; extra == 'httpx2'"]
    with ours.client(max_retries=1, resume_attempts=3) as made:
        assert isinstance(made, httpx.Client)
    no_openai[:] = ["httpx2<3,>=2.12.0"]
    assert isinstance(ours.async_client(), httpx2.AsyncClient)
    assert issubclass(ours.of(httpx2).Transport, httpx2.BaseTransport)
    assert ours.of(httpx).AsyncTransport is ours.of(httpx).AsyncTransport
    with pytest.raises(AttributeError):
        ours.nothing  # noqa: B018


def test_options_are_checked_at_once(package: Any) -> None:
    with pytest.raises(ValueError, match="options"):
        ours.of(package).Transport(no_such_option="1")
    with pytest.raises(ValueError, match="idle_timeout_ms"):
        ours.of(package).Transport(idle_timeout_ms="soon")
    with pytest.raises(ValueError, match="max_retries"):
        ours.of(package).AsyncTransport(max_retries=-1)
