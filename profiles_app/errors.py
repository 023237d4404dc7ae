"""Errors that a person may read.

    UserFacingError
    ├── NotFound        404  it does not exist, or not for this person
    ├── NotAllowed      403  a member without the role for it
    ├── NotSignedIn     401  no or wrong credentials
    ├── BadInput        400  the request is wrong; `details` says where
    ├── Conflict        409  it was changed, made or deleted by somebody else meanwhile
    ├── CannotApply     422  the request is right, but a limit of what is stored forbids it
    ├── TooLarge        413  over a documented limit
    ├── TooSlow         503  a query passed its time or memory limit
    └── Unavailable     503  not at this moment
        └── Preparing   503  the columnar side is being built

Anything else that is raised is a bug: it is logged and answered with a plain 500.
"""

from typing import ClassVar


class UserFacingError(Exception):
    """`code` is for programs and stable; `message` is a sentence that says what to do."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400

    def __init__(self, message: str, *, details: list[dict[str, object]] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details = details or []


class BadInput(UserFacingError):
    code = "bad_input"


class Conflict(UserFacingError):
    code = "conflict"
    status = 409


class CannotApply(UserFacingError):
    code = "cannot_apply"
    status = 422


class NotSignedIn(UserFacingError):
    code = "not_signed_in"
    status = 401


class NotAllowed(UserFacingError):
    code = "not_allowed"
    status = 403


class NotFound(UserFacingError):
    code = "not_found"
    status = 404


class TooLarge(UserFacingError):
    code = "too_large"
    status = 413


class TooSlow(UserFacingError):
    code = "too_slow"
    status = 503


class WrongMethod(UserFacingError):
    code = "wrong_method"
    status = 405


class Unavailable(UserFacingError):
    code = "unavailable"
    status = 503


class Preparing(Unavailable):
    """After the first start over much data, or when segments were lost. Trying again helps."""

    code = "preparing"
