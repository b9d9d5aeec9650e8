"""Threads, forks, pickled clients, Ctrl-C, and what an import costs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable

import pytest
from conftest import ROOT, script

import libresponses
from libresponses import OpenAI

Fault = Callable[[str], dict[str, str]]


def test_threads(client: OpenAI) -> None:
    def one(number: int) -> bool:
        if number % 2:
            text = client.responses.create(model="sandbox", input=f"n{number}").output_text
        else:
            stream = client.responses.create(model="sandbox", input=f"n{number}", stream=True)
            text = "".join(getattr(event, "delta", "") for event in stream)
        return text == f"You said: n{number}"

    with ThreadPoolExecutor(32) as pool:
        assert all(pool.map(one, range(400)))


def test_fork(client: OpenAI) -> None:
    client.responses.create(model="sandbox", input="Hi")
    stream = client.responses.create(model="sandbox", input="#long=2000", stream=True)
    next(stream)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            with pytest.raises(libresponses.ForkedError):
                list(stream)
            del stream
            answers = {client.responses.create(model="sandbox", input="child").output_text}
            status = 0 if answers == {"You said: child"} else 2
        finally:
            os._exit(status)
    for number in range(20):
        response = client.responses.create(model="sandbox", input=f"n{number}")
        assert response.output_text == f"You said: n{number}"
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert sum(1 for _ in stream) == 2007


POOL = """
import multiprocessing, sys
from libresponses import OpenAI

def with_global(number):
    return client.responses.create(model="sandbox", input=f"n{number}").output_text

def with_argument(task):
    client, number = task
    return client.responses.create(model="sandbox", input=f"n{number}").output_text

client = OpenAI()
if __name__ == "__main__":
    client.responses.create(model="sandbox", input="Hi")
    context = multiprocessing.get_context(sys.argv[1])
    wanted = [f"You said: n{i}" for i in range(40)]
    with context.Pool(4) as pool:
        assert pool.map(with_global, range(40)) == wanted
        assert pool.map(with_argument, [(client, i) for i in range(40)]) == wanted
        pool.close()
        pool.join()
    print("fine")
"""


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing(method: str, tmp_path: object) -> None:
    path = f"{tmp_path}/program.py"
    with open(path, "w") as file:  # noqa: PTH123
        file.write(POOL)
    done = subprocess.run(
        [sys.executable, path, method],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT / "bindings/python")},
    )
    assert done.stdout.strip() == "fine", done.stderr


# Python leaves SIGINT alone where it was ignored, as under nohup.
CTRL_C = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from libresponses import OpenAI
client = OpenAI()
headers = {"X-Sandbox-Fault": f"{sys.argv[2]}; tag={sys.argv[3]}"}
try:
    print("ready", flush=True)
    answer = client.responses.create(
        model="sandbox", input="Hi", stream=sys.argv[1] == "stream", extra_headers=headers)
    for event in answer:
        pass
except KeyboardInterrupt:
    print(client.responses.create(model="sandbox", input="still").output_text)
"""


@pytest.mark.parametrize(
    ("how", "spec"), [("stream", "stall-after-events=3"), ("create", "first-byte-delay=60000")]
)
def test_ctrl_c(how: str, spec: str, tag: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-X", "dev", "-W", "error", "-c", CTRL_C, how, spec, tag],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "bindings/python")},
    )
    assert process.stdout is not None
    with process:
        try:
            assert process.stdout.readline() == "ready\n"
            time.sleep(0.3)
            process.send_signal(signal.SIGINT)
            assert process.communicate(timeout=30)[0] == "You said: still\n"
        finally:
            process.kill()
    assert process.returncode == 0


def test_import_is_light() -> None:
    done = script(
        "import sys; from libresponses import OpenAI; OpenAI(); "
        "print([n for n in ('typing', 'json', 'asyncio', 'inspect', 'dataclasses', 'urllib', "
        "'threading', 'logging') if n in sys.modules])"
    )
    # `-X dev` may have loaded some of them before.
    bare = script(
        "import sys; print([n for n in ('typing', 'json', 'asyncio') if n in sys.modules])"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == bare.stdout


def test_nothing_is_left_at_exit(tag: str) -> None:
    done = script(
        "import sys; from libresponses import OpenAI\n"
        "client = OpenAI()\n"
        "stream = client.responses.create(model='sandbox', input='#long=100000', stream=True)\n"
        "next(stream)\n"
        "cycle = [stream]; cycle.append(cycle)\n"
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_loader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESPONSES_LIBRARY", "/nowhere/libresponses.so.0")
    done = script("import libresponses; libresponses.version()")
    assert done.returncode == 1
    assert "/nowhere/libresponses.so.0 (RESPONSES_LIBRARY)" in done.stderr
    monkeypatch.setenv("RESPONSES_LIBRARY", "libm.so.6")
    done = script("import libresponses; libresponses.version()")
    assert "responses_abi_version" in done.stderr


def test_map(client: OpenAI, fault: Fault) -> None:
    requests: list[dict[str, Any]] = [{"model": "sandbox", "input": f"n{i}"} for i in range(300)]
    requests[7] = {"model": "sandbox", "input": "x", "extra_headers": fault("status=400")}
    requests[8] = {"model": "sandbox", "input": object()}
    told = []
    outcomes = list(
        client.responses.map(
            iter(requests), concurrency=50, progress=lambda done, total: told.append((done, total))
        )
    )
    assert [one.index for one in outcomes] == list(range(300))
    assert isinstance(outcomes[7].error, libresponses.BadRequestError)
    assert isinstance(outcomes[8].error, libresponses.InvalidArgumentError)
    assert outcomes[299].unwrap().output_text == "You said: n299"
    assert told[-1] == (300, None)
    some = client.responses.map(requests, ordered=False, concurrency=20)
    assert {one.index for one in some} == set(range(300))
    for one in client.responses.map(requests):
        assert one.index == 0
        break
    with pytest.raises(libresponses.BadRequestError):
        outcomes[7].unwrap()
    with pytest.raises(ValueError, match="concurrency"):
        client.responses.map(requests, concurrency=0)
