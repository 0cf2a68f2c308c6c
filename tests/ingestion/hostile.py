"""Inputs that some broken or malicious producer could have written, of every kind that is read."""

import gzip
import io
import json
import random
import zipfile

import zstandard

from tests.ingestion.pages import make_page

SAID = (
    "“The harbour will open in May,” said Mayor Ingrid Solberg, quoted by the Tass agency.\n"
    "According to the ministry, ‘nothing’ was lost. “It is – she added – a «good» day.”\n"
)
PIECES = [
    "“", "”", '"', "\u2028", "\u202e", "\u0000", "\ud800", "\x1b[31m", "<b>", "{{", "]]>",
    "<![CDATA[",
    "&#0;", "&#xd800;", "&lol;", "<!--", "</html>", "\\ud800", "\\", '"}', "\r", ",,,", "<script>",
]  # fmt: skip
_LOL = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY lol "' + "&a;" * 500 + '">]>'


def _page(rng: random.Random) -> str:
    page = make_page(rng.randrange(100)).html
    kind = rng.randrange(5)
    if kind == 0:
        page = page.replace("<article>", "<div>" * 20_000 + "<article>")
    elif kind == 1:
        page = page.replace("<p>", "<p><b><i>" * rng.randint(1, 300))
    elif kind == 2:
        page = page.replace(
            "</head>", "<script type='application/ld+json'>" + "[" * 50_000 + "</head>"
        )
    elif kind == 3:
        page = page.replace('charset="utf-8"', f'charset="{rng.choice(("utf-16", "x", "utf-7"))}"')
    return page


def _feed(rng: random.Random) -> str:
    entries = "".join(
        f"<item><title>t{n} &lol;</title><guid>{n}</guid><content:encoded><![CDATA[<p>{SAID}</p>]]>"
        "</content:encoded></item>"
        for n in range(rng.randint(0, 3))
    )
    head = rng.choice(("", '<?xml version="1.0"?>', f'<?xml version="1.0"?>{_LOL}'))
    space = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    return f'{head}<rss version="2.0" {space}><channel>{entries}</channel></rss>'


def _sitemap(rng: random.Random) -> str:
    urls = "".join(f"<url><loc>https://x.example/{n}&lol;</loc></url>" for n in range(3))
    return f'<?xml version="1.0"?>{rng.choice(("", _LOL))}<urlset>{urls}</urlset>'


def _lines(rng: random.Random) -> str:
    # Two records of one id would each correct the other, every time.
    one, two = (json.dumps({"text": SAID, "title": "t", "id": rng.random()}) for _ in range(2))
    bad = rng.choice(("[" * 5000, "{}", '{"text": NaN}', '{"text": "\\ud800 said"}', "", "nul\0"))
    return f"{one}\n{bad}\n{two}\n"


def _array(rng: random.Random) -> str:
    return json.dumps([{"text": SAID, "n": rng.randrange(9)}] * 2) + rng.choice(("", "]", "[[["))


def _table(rng: random.Random) -> str:
    return (
        f'id,text\n{rng.randrange(999)},"{SAID}"\n{rng.choice(("x", "a,b,c", chr(34) + "open"))}\n'
    )


def _warc(rng: random.Random) -> bytes:
    found = b""
    for n in range(2):
        body = make_page(rng.randrange(100)).html.encode()
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
        if rng.random() < 0.3:
            body, head = gzip.compress(body), head + b"Content-Encoding: gzip\r\n"
        payload = head + b"\r\n" + body
        found += (
            b"WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:%032x>\r\n"
            b"WARC-Target-URI: https://x.example/%d\r\nContent-Type: application/http\r\n"
            b"Content-Length: %d\r\n\r\n%b\r\n\r\n"
            % (rng.getrandbits(120), n, len(payload), payload)
        )
    return found


_TEXTS = {
    ".txt": lambda rng: SAID * rng.randint(1, 3), ".html": _page, ".xml": _feed, ".rss": _feed,
    ".sitemap.xml": _sitemap, ".ndjson": _lines, ".json": _array, ".csv": _table,
}  # fmt: skip


def _damaged(rng: random.Random, text: str) -> bytes:
    for _ in range(rng.choice((0, 1, 3, 10))):
        at = rng.randrange(len(text) + 1)
        text = text[:at] + rng.choice(PIECES) + text[at + rng.randint(0, 20) :]
    encoding = rng.choice(("utf-8", "utf-8", "utf-8", "utf-16", "cp1252", "shift_jis"))
    return text.encode(encoding, "surrogatepass" if encoding == "utf-8" else "replace")


def _cut(rng: random.Random, content: bytes) -> bytes:
    kind = rng.randrange(4)
    if kind == 0:
        return content[: rng.randrange(len(content) + 1)]
    if kind == 1:
        at = rng.randrange(len(content) + 1)
        return content[:at] + rng.randbytes(rng.randint(1, 40)) + content[at:]
    return content


def _bomb(rng: random.Random) -> tuple[str, bytes]:
    zeros = b"\0" * 30_000_000 if rng.random() < 0.5 else b"[" * 30_000_000
    kind = rng.randrange(4)
    if kind == 0:
        return ".txt.gz", gzip.compress(zeros, 9)
    if kind == 1:
        return ".ndjson.zst", zstandard.compress(zeros)
    if kind == 2:
        return ".html.gz", gzip.compress(gzip.compress(zeros))
    return ".zip", _zipped({"a.txt": zeros, "b.txt": SAID.encode()})


def _zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def make(rng: random.Random, number: int) -> tuple[str, bytes]:
    """The suffix and bytes of a hostile file."""
    if number % 100 == 99:
        return _bomb(rng)
    if number % 200 == 50:
        return ".txt", b"a line without an end " * 500_000  # over 10 MB
    if number % 10 == 9:
        return ".warc", _cut(rng, _warc(rng))
    suffix = rng.choice(sorted(_TEXTS))
    content = _cut(rng, _damaged(rng, _TEXTS[suffix](rng)))
    pack = rng.randrange(8)
    if pack == 0:
        return suffix + ".gz", _cut(rng, gzip.compress(content))
    if pack == 1:
        return suffix + ".zst", _cut(rng, zstandard.compress(content))
    if pack == 2:
        return ".zip", _cut(rng, _zipped({"a" + suffix: content, "b.txt": SAID.encode()}))
    return suffix, content
