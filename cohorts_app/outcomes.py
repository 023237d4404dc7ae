"""What became of each line of a list, as a file."""

import csv
from collections.abc import Iterator
from typing import Final

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from cohorts_app.models import ListState, MemberList
from cohorts_app.selectors.lists import read_lines
from profiles_app.errors import BadInput
from profiles_app.export.lines import GUARDED

_LOT: Final = 1_000


def respond_outcomes(found: MemberList) -> StreamingHttpResponse:
    """Raises `BadInput` for a list that waits."""
    if found.state != ListState.DONE:
        raise BadInput("The list is not applied yet. Look again in a moment.")
    response = StreamingHttpResponse(_write_lines(found), content_type="text/csv; charset=utf-8")
    filename = f"list-{found.pk}.csv"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=filename)
    return response


class _Echo:
    """What a writer writes, handed back."""

    def write(self, text: str) -> str:
        return text


def _write_lines(found: MemberList) -> Iterator[str]:
    writer = csv.writer(_Echo())
    lot = [writer.writerow(["line", "value", "outcome"])]
    for line, text, outcome in read_lines(found):
        lot.append(writer.writerow([line, f"'{text}" if text[:1] and text[0] in GUARDED else text, outcome]))
        if len(lot) >= _LOT:
            yield "".join(lot)
            lot = []
    yield "".join(lot)
