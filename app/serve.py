"""Serving the API with uvicorn on a socket that was bound before anything else was done."""

import socket
from collections.abc import Callable

import uvicorn

from app.errors import StartupError
from app.main import create_app
from app.settings import Settings

TERMINATED = 143  # exit status of a process that SIGTERM ended: 128 + 15
_BACKLOG = 2048


def bind(host: str, port: int) -> socket.socket:
    """A listening socket on the address.

    Two processes may both bind, but only one can listen. Who asks too early waits in line.
    Raises StartupError naming the address where it cannot be had.
    """
    sock = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        sock = socket.socket(family, kind, protocol)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(address)
        sock.listen(_BACKLOG)
    except (OSError, UnicodeError) as error:
        if sock is not None:
            sock.close()
        reason = getattr(error, "strerror", None) or error
        raise StartupError(
            f"cannot listen on {host}:{port}: {reason}; choose another port with PORT"
        ) from error
    return sock


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._tell_started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._tell_started()


def serve_forever(settings: Settings, sock: socket.socket, started: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM; `started` is called with the base URL once it answers."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    config = uvicorn.Config(
        create_app(settings),
        log_level=settings.log_level,
        timeout_graceful_shutdown=5,
        server_header=False,
    )
    server = _Server(config, lambda: started(f"http://{host}:{settings.port}"))
    try:
        server.run(sockets=[sock])
    except KeyboardInterrupt:
        return  # uvicorn has shut down in good order and raises the signal again
    except SystemExit as stop:
        if stop.code != TERMINATED:
            raise
