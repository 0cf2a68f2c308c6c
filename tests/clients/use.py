"""What a Python developer would write with the generated client. Prints what it found."""

import json
import sys

from onrecord_client import Client  # type: ignore[import-not-found]
from onrecord_client.api.exports import (  # type: ignore[import-not-found]
    export_statements_csv,
    list_changes,
)
from onrecord_client.api.speakers import get_speaker  # type: ignore[import-not-found]
from onrecord_client.api.statements import (  # type: ignore[import-not-found]
    get_statement,
    list_statements,
)
from onrecord_client.models import (  # type: ignore[import-not-found]
    ChangedEntity,
    Problem,
    StatementPage,
    TextQuoteSelector,
    Total,
)
from onrecord_client.types import UNSET  # type: ignore[import-not-found]


def main(base_url: str) -> None:
    """Page through a speaker's statements, make two mistakes, export, sync."""
    client = Client(base_url=base_url)
    found, cursor = [], UNSET
    while cursor is not None:
        page = list_statements.sync(
            client=client, speaker=["Peskov"], limit=3, total=Total.NONE, cursor=cursor
        )
        if not isinstance(page, StatementPage):
            sys.exit(f"no page: {page}")
        found += page.data
        cursor = page.page.next_cursor
    first = found[0]
    wrong = list_statements.sync(client=client, limit=1000)
    missing = get_speaker.sync(999999, client=client)
    if not (isinstance(wrong, Problem) and isinstance(missing, Problem)):
        sys.exit("mistakes were not answered with problems")
    csv = export_statements_csv.sync_detailed(client=client, speaker=["Peskov"])
    changes = list_changes.sync(client=client, type_=ChangedEntity.SPEAKER)
    answer = {
        "ids": [statement.id for statement in found],
        "speakers": sorted({statement.speaker.name for statement in found}),
        "exact": [s.exact for s in first.occurrence.selectors if isinstance(s, TextQuoteSelector)],
        "same": get_statement.sync(first.id, client=client).text == first.text,
        "wrong": [error.parameter for error in wrong.errors],
        "missing": missing.type_,
        "rows": len(csv.content.decode().strip().split("\r\n")),
        "changed": all(change.speaker is not None for change in changes.data),
    }
    sys.stdout.write(json.dumps(answer))


main(sys.argv[1])
