"""Column types that Django does not bring."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Func
from typing_extensions import TypeVar


class CurrentTransactionId(Func):
    """`pg_current_xact_id()`: the id of the transaction that writes the row."""

    function = "pg_current_xact_id"
    arity = 0


_Set = TypeVar("_Set", default=int)
_Get = TypeVar("_Get", default=int)


class TransactionIdField(models.Field[_Set, _Get]):
    """An `xid8`: a transaction id that never wraps around. Python sees a whole number."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "xid8"

    def from_db_value(self, value: Any, expression: object, connection: BaseDatabaseWrapper) -> int | None:
        return None if value is None else int(value)

    def get_prep_value(self, value: Any) -> Any:
        return str(value) if isinstance(value, int) else super().get_prep_value(value)


class LastWriterField(TransactionIdField[int, int]):
    """The transaction that last wrote the row: a default here, a trigger on update in the database."""

    def __init__(self, **options: Any) -> None:
        options["db_default"] = CurrentTransactionId()
        options["editable"] = False
        super().__init__(**options)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        del options["db_default"]
        del options["editable"]
        return name, path, args, options
