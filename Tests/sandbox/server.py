"""A running sandbox process."""

from __future__ import annotations

import signal
import subprocess
import threading
from pathlib import Path
from types import TracebackType

KEY = "sk-sandbox-test-key-0123456789"


class Sandbox:
    """Starts the server on a free port, reads its base URL, ends it with SIGTERM."""

    def __init__(self, binary: Path, *options: str) -> None:
        self.process = subprocess.Popen(
            [str(binary), "--port", "0", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.base_url = self.process.stdout.readline().strip()
        self.port = int(self.base_url.rsplit(":", 1)[1].split("/")[0])
        self.log: list[str] = []
        self._reader = threading.Thread(target=self._read_log, daemon=True)
        self._reader.start()

    def _read_log(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.log.append(line.rstrip("\n"))

    def stop(self) -> int:
        """Ends the server, and returns its exit status."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=10)
        self._reader.join(timeout=10)
        return status

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            assert self.stop() == 0
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()
