"""The one error of this package that a person is meant to read."""


class RuntimeProblem(Exception):
    """Roster cannot start or go on. The message says why and what to do about it."""
