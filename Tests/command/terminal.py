"""A real terminal: tmux, on a socket of its own. What is typed goes in; the screen is read."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from program import LIMIT, PROGRAM, Program


class Terminal:
    """A shell without a prompt of the user's, in a window of so many columns and rows."""

    def __init__(self, program: Program, place: Path, columns: int = 80, rows: int = 24) -> None:
        self.socket = place / "tmux"
        environment = {
            **program.environment,
            "PATH": f"{PROGRAM.parent}:{os.environ['PATH']}",
            "HOME": str(place),
            "PS1": "$ ",
            "LC_ALL": "C.UTF-8",
        }
        # Signals as usual: a parent may ignore some, and tmux passes that on.
        self.environment = environment
        self.tmux(
            *("new-session", "-d", "-x", str(columns), "-y", str(rows)),
            "env PS1='$ ' sh -i",
        )

    def tmux(self, *arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-u", "-S", str(self.socket), "-f", "/dev/null", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=True,
            preexec_fn=usual_signals,
        )
        return done.stdout

    def enter(self, text: str) -> None:
        self.tmux("send-keys", "-l", text)
        self.tmux("send-keys", "Enter")

    def key(self, name: str) -> None:
        self.tmux("send-keys", name)

    def resize(self, columns: int, rows: int) -> None:
        self.tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def screen(self) -> str:
        """What is to be seen, without what has gone out at the top."""
        return self.tmux("capture-pane", "-p")

    def wait(self, seen: str | Callable[[str], bool], limit: float = LIMIT) -> str:
        """Waits until that is on the screen."""
        deadline = time.monotonic() + limit
        while True:
            screen = self.screen()
            if seen(screen) if callable(seen) else seen in screen:
                return screen
            assert time.monotonic() < deadline, f"{seen!r} did not come:\n{screen}"
            time.sleep(0.02)

    def run(self, *words: str) -> str:
        """Types a command, waits for its end, and gives the screen without what was typed."""
        self.tmux("send-keys", "-R")
        self.tmux("clear-history")
        self.enter(f'clear; {shlex.join(words)}; echo "[ended $?]"')
        return self.wait(lambda screen: "[ended " in screen and "echo" not in screen)

    def __enter__(self) -> Terminal:
        try:
            self.wait("$")
        except BaseException:
            self.close()
            raise
        return self

    def close(self) -> None:
        subprocess.run(
            ["tmux", "-S", str(self.socket), "kill-server"], capture_output=True, timeout=LIMIT
        )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def usual_signals() -> None:

    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
