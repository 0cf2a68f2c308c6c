"""The API in a process of its own, as `onrecord serve` runs it."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

ONRECORD = str(Path(sys.executable).parent / "onrecord")


def environment(**variables: str) -> dict[str, str]:
    """This process's environment without the settings of On Record, and these variables."""
    unset = {"DATABASE_URL": "", "PORT": "8000", "DATA_DIR": ".data", "HOST": "127.0.0.1"}
    return os.environ | unset | variables  # a .env file of the developer's has no say then


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


class Started(subprocess.Popen[bytes]):
    """A command in the background; its output goes to a file.

    A pipe that nobody reads is full after 64 KiB of log, and then the command stands still.
    """

    def __init__(self, *arguments: str, **variables: str) -> None:
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 finish closes it
        super().__init__(
            [ONRECORD, *arguments],
            env=environment(**variables),
            stdout=self._output,
            stderr=subprocess.STDOUT,
        )

    def finish(self, timeout: float = 90) -> str:
        """What it wrote, once it has ended, in so many seconds; to be called once."""
        try:
            self.wait(timeout=timeout)
            self._output.seek(0)
            return self._output.read().decode()
        finally:
            self._output.close()


def start(*arguments: str, **variables: str) -> Started:
    """The command in the background, its output kept."""
    return Started(*arguments, **variables)


def wait_until_up(port: int, process: Started) -> None:
    """Return once the server on the port is ready; fail with its output where it ends."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, process.finish()
        try:
            httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=5).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server did not come up")


@contextmanager
def served(url: str) -> Iterator[str]:
    """The base URL of an API on the database."""
    port = free_port()
    process = start("serve", DATABASE_URL=url, PORT=str(port), ONRECORD_LOG_LEVEL="warning")
    try:
        wait_until_up(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.finish()
