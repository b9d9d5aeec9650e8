"""Runs a command against a server over TLS, which is stopped afterwards.

usage: with_server.py CERTIFICATES COMMAND [ARGUMENT...]

The certificates are those of Tests/network/servers/authority.sh; ca.pem has to be trusted.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SERVER = Path(__file__).resolve().parents[1] / "network/servers/server.py"


def main(certificates: Path, command: list[str]) -> int:
    trust = ["--cert", f"{certificates}/server.pem", "--key", f"{certificates}/server.key"]
    server = subprocess.Popen(
        [sys.executable, str(SERVER), *trust],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdin is not None and server.stdout is not None
    port = int(server.stdout.readline())
    # Nothing of the user's own, which may name certificates that are not in a root.
    kept = ("PATH", "HOME", "TMPDIR", "SCRATCH")
    environment = {name: value for name, value in os.environ.items() if name in kept}
    environment |= {
        "LANG": "C.UTF-8",
        "OPENAI_API_KEY": "sk-test",
        "OPENAI_BASE_URL": f"https://127.0.0.1:{port}/events=11,gzip=1/v1",
    }
    try:
        return subprocess.run(command, env=environment, timeout=300).returncode
    finally:
        server.stdin.close()
        server.wait(timeout=20)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
