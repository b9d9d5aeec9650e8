"""Batches: 10,000 requests of 1 KB, 100 at a time, beside other ways to send them."""

from __future__ import annotations

import http.server
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from contest import Bench
from tables import at_least, heading, row

COUNT = 10_000
AT_A_TIME = "100"
LOOP = 100
PROGRAM = Path(__file__).parents[2] / "build/bin/responses"


def cost(
    command: list[str], check: Callable[[], bool], **options: str
) -> tuple[float, float, float]:
    """Seconds, seconds of a processor, and MB at most, of a process and all below it."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        command,
        env={**os.environ, "OPENAI_API_KEY": "any", **options},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    took = time.perf_counter() - begun
    if process.returncode == 3:
        return 0, 0, 0
    if process.returncode != 0 or not check():
        sys.exit(f"{' '.join(command[:4])}: status {process.returncode}, or not all was answered")
    return took, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def lines_of(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for _ in file)


def curl_file(place: Path, url: str, bodies: list[str]) -> Path:
    """What curl reads: every request with its body, and a file for each answer."""
    (place / "answers").mkdir(exist_ok=True)
    (place / "bodies").mkdir(exist_ok=True)
    config = place / "curl"
    with config.open("w") as file:
        for number, body in enumerate(bodies):
            (place / "bodies" / str(number)).write_text(body)
            if number > 0:
                file.write("next\n")
            file.write(
                f'url = "{url}/responses"\nheader = "Content-Type: application/json"\n'
                f'data-binary = "@{place}/bodies/{number}"\n'
                f'output = "{place}/answers/{number}"\nfail\n'
            )
    return config


class Chat(http.server.BaseHTTPRequestHandler):
    """What llm asks: an answer of the older API."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        message = {"role": "assistant", "content": "Hello."}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
        whole = {"id": "c", "object": "chat.completion", "created": 1, "model": "m"}
        body = json.dumps({**whole, "choices": [choice], "usage": usage}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


def in_a_loop(program: list[str], **options: str) -> tuple[float, float, float]:
    words = " ".join(f"'{word}'" for word in program)
    script = f"i=0; while [ $i -lt {LOOP} ]; do {words} || exit 1; i=$((i + 1)); done"
    return cost(["sh", "-c", script], lambda: True, **options)


def batches(bench: Bench) -> None:
    """Against the load server: what it costs is the client's."""
    url = f"http://127.0.0.1:{bench.server.port}/v1"
    heading(
        "batch",
        f"{COUNT:,} requests of 1 KB with answers of 3 KB, {AT_A_TIME} at a time",
        "",
        "wall s",
        "CPU s",
        "CPU us / request",
        "memory MB",
        "CPU : ours",
    )
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        source, out = place / "in.jsonl", place / "out.jsonl"
        bodies = [
            json.dumps({"model": "answer-3072", "input": f"{number} ".ljust(960, "x")})
            for number in range(COUNT)
        ]
        with source.open("w") as file:
            for number, body in enumerate(bodies):
                file.write(
                    f'{{"custom_id":"r{number}","method":"POST","url":"/v1/responses","body":{body}}}\n'
                )
        config = curl_file(place, url, bodies)

        def all_there() -> bool:
            return lines_of(out) == COUNT

        contenders = {
            "**responses batch**": [str(PROGRAM), "batch", str(source), "-o", str(out)],
            "curl --parallel": [
                *("curl", "--silent", "--parallel", "--parallel-max", AT_A_TIME),
                *("--parallel-immediate", "--config", str(config)),
            ],
            "openai with asyncio": [
                sys.executable,
                str(Path(__file__).parent / "contenders/python/batch_openai.py"),
                *(url, str(source), str(out), AT_A_TIME),
            ],
        }
        # Once: each is many requests, and the slowest takes minutes.
        ours = 0.0
        for name, command in contenders.items():
            out.unlink(missing_ok=True)
            check = (lambda: True) if "curl" in name else all_there
            wall, cpu, memory = cost(command, check, OPENAI_BASE_URL=url)
            if cpu == 0:
                continue
            ours = ours or cpu
            row(
                name,
                f"{wall:.2f}",
                f"{cpu:.2f}",
                f"{cpu / COUNT * 1e6:.0f}",
                f"{memory:.0f}",
                at_least(cpu / ours, 10) if "openai" in name else f"{cpu / ours:.1f}",
            )
        loops(place, url)


def loops(place: Path, url: str) -> None:
    """A process for each request, as in a loop of a shell."""
    heading("batch", f"{LOOP} requests, a process for each", "", "wall ms each", "CPU ms each")

    def show(name: str, program: list[str], **options: str) -> None:
        wall, cpu, _ = in_a_loop(program, **options)
        row(name, f"{wall / LOOP * 1000:.1f}", f"{cpu / LOOP * 1000:.1f}")

    create = [str(PROGRAM), "create", "--no-stream", "-m", "answer-3072", "hello"]
    show("**responses create**", create, OPENAI_BASE_URL=url)
    body = '{"model":"answer-3072","input":"hello"}'
    kind = "Content-Type: application/json"
    show("curl", ["curl", "--silent", "--fail", f"{url}/responses", "-H", kind, "-d", body])
    llm = os.environ.get("LLM") or shutil.which("llm")
    if llm:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Chat)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        (place / "extra-openai-models.yaml").write_text(
            f"- model_id: m\n  model_name: m\n  api_base: http://127.0.0.1:{server.server_port}/v1\n"
        )
        show("llm", [llm, "-m", "m", "--no-stream", "--no-log", "hello"], LLM_USER_PATH=str(place))
        server.shutdown()
