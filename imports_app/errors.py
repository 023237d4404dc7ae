"""What people may read, of imports alone."""

from profiles_app.errors import UserFacingError


class WrongMoment(UserFacingError):
    """The import is in a state in which this cannot be done."""

    code = "wrong_state"
    status = 409
