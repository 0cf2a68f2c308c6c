"""Doing again what the database asks to have done again."""

import logging
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

log = logging.getLogger(__name__)

T = TypeVar("T")
_TRIES = 5
# SQLSTATEs that say "not your fault, do it again": serialization failure, deadlock, and a
# name that somebody else took meanwhile.
_AGAIN = ("40001", "40P01", "23505")


def retried(work: Callable[[], T], what: str = "") -> T:
    """What `work`, a whole transaction, gives. Raises what it raises in the end.

    `what` names it in the log.
    """
    for attempt in range(1, _TRIES + 1):
        try:
            return work()
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in _AGAIN or attempt == _TRIES:
                raise
            log.warning("writing %s again: %s", ascii(what), str(error).splitlines()[0][:300])
    raise AssertionError("the loop returns or raises")
