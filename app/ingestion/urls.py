"""One URL for a page, however it was linked: what only tracks, anchors or adapts is taken off.

Conservative: where it is not certain that both lead to the same page, both are kept apart.
"""

import re
from functools import cache
from urllib.parse import SplitResult, quote, unquote, urlsplit, urlunsplit

from app.extraction.outlets import all_outlets

# Parameters that campaigns, mailings and social networks add; no site chooses a page by them.
_TRACKING = re.compile(
    r"(?:utm_\w+|at_(?:medium|campaign\w*|custom\d|link_\w+|format|ptr_name|bbc_team)|fbclid|gclid|"
    r"gclsrc|dclid|gbraid|wbraid|msclkid|yclid|ysclid|twclid|ttclid|igsh|igshid|mc_[ce]id|"
    r"_ga|_gl|_hs(?:enc|mi)|mkt_tok|vero_id|oly_(?:anon|enc)_id|wt_mc|wt\.mc_id|xtor|cmpid|"
    r"ns_(?:campaign|mchannel|source|linkname)|smid|smtyp|guccounter|guce_referrer(?:_sig)?|"
    r"ito|ncid|sref|spm|scm|s_cid|soc_(?:src|trk)|traffic_source|dicbo|__twitter_impression)",
    re.IGNORECASE,
)
_AMP_PARAMETER = re.compile(r"(?:amp|outputtype=amp|amp=1|amp=true|_amp=true)", re.IGNORECASE)
_AMP_CACHE = re.compile(r"[a-z0-9-]+\.cdn\.ampproject\.org")
_AMP_CACHE_PATH = re.compile(r"/[a-z]/(s/)?([^/]+\.[^/]+)(/.*)?")
_AMP_VIEWER_PATH = re.compile(r"/amp/(s/)?([^/]+\.[^/]+)(/.*)?")
_WIKI = re.compile(r"([a-z-]+)\.m\.(wikipedia|wikinews|wiktionary|wikiquote|wikisource)\.org")
_ADAPTED = ("m.", "mobile.", "www.")
_PORTS = {"http": 80, "https": 443}
_UNRESERVED = re.compile(r"%([0-9A-Fa-f]{2})")
_LEAVE = "!$&'()*+,;=:@/?%~[]|"  # what quoting leaves alone


def canonical_url(url: str) -> str:
    """The URL without fragment, default port, tracking parameters and AMP or mobile wrapping.

    What is no http(s) URL comes back as it is.
    """
    try:
        parts = urlsplit(url.strip())
        if parts.scheme not in _PORTS or not parts.hostname:
            return url
        parts = _unwrap(parts)
        return urlunsplit((parts.scheme, _host(parts), _path(parts.path), _query(parts.query), ""))
    except ValueError:
        return url


def _unwrap(parts: SplitResult) -> SplitResult:
    """The page behind an AMP cache or viewer, which name it in their path."""
    name = parts.hostname or ""
    found = None
    if _AMP_CACHE.fullmatch(name):
        found = _AMP_CACHE_PATH.fullmatch(parts.path)
    elif name.removeprefix("www.") == "google.com":
        found = _AMP_VIEWER_PATH.fullmatch(parts.path)
    if found is None:
        return parts
    scheme = "https" if found[1] else "http"
    host, path = str(found[2]), str(found[3] or "/")
    return SplitResult(scheme, host, path, parts.query, "")


def _host(parts: SplitResult) -> str:
    name = (parts.hostname or "").rstrip(".")
    with_user = parts.netloc.rpartition("@")[0]
    port = "" if parts.port in (None, _PORTS[parts.scheme]) else f":{parts.port}"
    name = f"[{name}]" if ":" in name else _known_host(_ascii(name))
    return (f"{with_user}@" if with_user else "") + name + port


def _ascii(name: str) -> str:
    try:
        return name if name.isascii() else name.encode("idna").decode()
    except UnicodeError:
        return name


def _known_host(name: str) -> str:
    """The host's usual name: that of a known outlet's homepage for its mobile and AMP hosts."""
    if (wiki := _WIKI.fullmatch(name)) is not None:
        return f"{wiki[1]}.{wiki[2]}.org"
    return _homepages().get(name, name)


@cache
def _homepages() -> dict[str, str]:
    found: dict[str, str] = {}
    hosts = {urlsplit(o.homepage).hostname for o in all_outlets() if o.homepage}
    for host in sorted(filter(None, hosts)):
        bare = host.removeprefix("www.")
        found |= {prefix + bare: host for prefix in _ADAPTED if prefix + bare not in hosts}
        found.setdefault(bare, host)
    return found


def _path(path: str) -> str:
    path = quote(_UNRESERVED.sub(_decode, path), safe=_LEAVE) or "/"
    for suffix in ("/amp/", "/amp", "/amp.html", ".amp", ".amp.html"):
        rest = path.removesuffix(suffix)
        if rest != path and rest.strip("/"):
            return rest + (".html" if suffix == ".amp.html" else "/" if suffix == "/amp/" else "")
    return path


def _decode(escaped: re.Match[str]) -> str:
    """`%7E` is `~` and `%2f` is `%2F` (RFC 3986, 6.2.2): letters, digits, `-._~` stand plain."""
    letter = unquote(escaped[0], errors="replace")
    is_plain = letter.isascii() and (letter.isalnum() or letter in "-._~")
    return letter if is_plain else escaped[0].upper()


def _query(query: str) -> str:
    kept = [
        part
        for part in query.split("&")
        if part
        and not _TRACKING.fullmatch(part.partition("=")[0])
        and not _AMP_PARAMETER.fullmatch(part)
    ]
    return quote("&".join(kept), safe=_LEAVE)


def site_of(url: str) -> str:
    """The host without what only adapts it (www, m, mobile, amp); "" where there is none."""
    try:
        host = (urlsplit(canonical_url(url)).hostname or "").rstrip(".")
    except ValueError:
        return ""
    for prefix in (*_ADAPTED, "amp."):
        host = host.removeprefix(prefix)
    return host


def publisher_of(url: str) -> str | None:
    """The name of the known outlet whose homepage is at the URL's host, or None."""
    return _publishers().get(site_of(url))


@cache
def _publishers() -> dict[str, str]:
    # An outlet's page on another's site (a department of nato.int, a blog) names no site.
    found: dict[str, str] = {}
    shared: set[str] = set()
    for outlet in all_outlets():
        parts = urlsplit(outlet.homepage or "")
        site = site_of(outlet.homepage or "")
        if not site or parts.path.strip("/"):
            continue
        if site in found:
            shared.add(site)
        found[site] = outlet.name
    return {site: name for site, name in found.items() if site not in shared}
