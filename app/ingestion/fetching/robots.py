"""robots.txt: what a site lets robots fetch (RFC 9309)."""

from dataclasses import dataclass

from protego import Protego

MOST_BYTES = 512_000  # RFC 9309 wants at least 500 KiB read; the rest is not
KEPT_SECONDS = 3600.0
_NAME_END = "/ ("


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules of one site as they were at `read_at`."""

    rules: Protego
    agent: str
    read_at: float

    def allows(self, url: str) -> bool:
        """Whether the URL may be fetched."""
        return bool(self.rules.can_fetch(url, self.agent))

    @property
    def delay(self) -> float | None:
        """Seconds between two requests, where the site asks for them."""
        value = self.rules.crawl_delay(self.agent)
        return None if value is None else float(value)


def parse_robots(content: bytes, user_agent: str, now: float) -> Robots:
    """The rules in a robots.txt, for the robot that the User-Agent header names."""
    agent = user_agent
    for end in _NAME_END:
        agent = agent.split(end, 1)[0]
    text = content[:MOST_BYTES].decode("utf-8", errors="replace")
    return Robots(Protego.parse(text), agent, now)
