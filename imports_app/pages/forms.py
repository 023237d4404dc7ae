"""What the wizard's forms say."""

from typing import Any

from django.http import QueryDict

from imports_app.mapping.columns import Column
from imports_app.models import Import
from imports_app.reading.dialect import FIELDS


def read_wishes(post: QueryDict) -> dict[str, Any]:
    """How the file is to be read."""
    wishes: dict[str, Any] = {name: post[name] for name in FIELDS if name in post and name != "header"}
    return wishes | {"header": post.get("header") == "1"}


def read_columns(post: QueryDict, job: Import) -> list[Column]:
    """The columns as somebody named and ticked them. What a name means is checked later."""
    ticked = set(post.getlist("chosen"))
    columns = [Column.from_json(document) for document in job.columns]
    return [
        Column(
            index=column.index,
            header=column.header,
            name=post.get(f"name-{column.index}", "").strip(),
            kind=post.get(f"kind-{column.index}", column.kind),
            chosen=str(column.index) in ticked,
        )
        for column in columns
    ]
