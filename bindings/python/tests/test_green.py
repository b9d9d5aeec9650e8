"""gevent and eventlet: greenlets wait for calls, and the hub goes on."""

from __future__ import annotations

import importlib.util

import pytest
from conftest import script

PROGRAMS = {
    "gevent": """
from gevent import monkey
monkey.patch_all()
import gevent

spawn, sleep = gevent.spawn, gevent.sleep
def together(functions):
    return [one.get() for one in [gevent.spawn(function) for function in functions]]
""",
    "eventlet": """
import warnings
warnings.simplefilter("ignore")  # eventlet says that it is deprecated
import eventlet
eventlet.monkey_patch()

spawn, sleep = eventlet.spawn_n, eventlet.sleep
def together(functions):
    return [one.wait() for one in [eventlet.spawn(function) for function in functions]]
""",
}
COMMON = """
import threading, time
import libresponses
from libresponses import OpenAI

def slow(ms):
    return {"X-Sandbox-Fault": f"first-byte-delay={ms}; tag={time.monotonic()}"}
client = OpenAI(max_retries=0)
def create(text, ms=0, **more):
    headers = slow(ms) if ms else {}
    return client.responses.create(model="sandbox", input=text, extra_headers=headers, **more)
ticks = 0
def tick():
    global ticks
    while True:
        ticks += 1
        sleep(0.01)
spawn(tick)
"""
CASES = {
    "calls at once": """
began = time.monotonic()
found = together([lambda n=n: create(f"n{n}", 500).output_text for n in range(10)])
assert found == [f"You said: n{n}" for n in range(10)]
assert time.monotonic() - began < 4.5, "one after the other"
assert ticks > 5, ticks
""",
    "streams": """
def stream(number):
    events = create(f"n{number}", stream=True)
    return "".join(getattr(event, "delta", "") for event in events)
found = together([lambda n=n: stream(n) for n in range(20)])
assert found == [f"You said: n{n}" for n in range(20)]
for event in create("#long=2000", stream=True):
    break
""",
    "map": """
requests = [{"model": "sandbox", "input": f"n{n}", "extra_headers": slow(200)} for n in range(5)]
assert [o.unwrap().output_text for o in client.responses.map(requests)] == [
    f"You said: n{n}" for n in range(5)]
assert ticks > 3, ticks
""",
    "cancelled and closed": """
def waits(kind):
    try:
        create("Hi", 60000)
    except kind:
        return True
def ends(function):
    sleep(0.1)
    function()
cancelled = [lambda: waits(libresponses.RequestCancelledError)] * 2
together(cancelled + [lambda: ends(client.cancel_calls)])
together([lambda: create("Hi", 300).output_text] * 2 + [lambda: ends(client.close)])
try:
    create("Hi")
except libresponses.ClosedError:
    pass
else:
    raise AssertionError
""",
    "keys that wait": """
import os
def key():
    sleep(0.05)
    return os.environ["OPENAI_API_KEY"]
client = OpenAI(max_retries=0, api_key=key)
assert together([lambda: create("Hi").output_text] * 3) == ["You said: Hi"] * 3
def fails():
    sleep(0)
    raise LookupError("no token")
client = OpenAI(api_key=fails)
try:
    create("Hi")
except LookupError:
    pass
else:
    raise AssertionError
""",
    "native threads": """
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(4) as pool:
    assert list(pool.map(lambda n: create(f"n{n}").output_text, range(8))) == [
        f"You said: n{n}" for n in range(8)]
""",
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("package", PROGRAMS)
def test_greenlets(package: str, case: str) -> None:
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"{package} is not installed")
    done = script(PROGRAMS[package] + COMMON + CASES[case] + 'print("done")\n')
    assert done.stdout == "done\n", done.stderr


def test_threads_are_threads_without_a_patch() -> None:
    if importlib.util.find_spec("gevent") is None:
        pytest.skip("gevent is not installed")
    done = script(
        """
import gevent.monkey
from libresponses import OpenAI, _green
assert _green.current() is None
print(OpenAI().responses.create(model="sandbox", input="Hi").output_text)
"""
    )
    assert done.stdout == "You said: Hi\n", done.stderr
