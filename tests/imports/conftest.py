"""People who are signed in, and callers of the API."""

from tests.pages.conftest import _quick_passwords, owner, sign_in, teammate

__all__ = ["_quick_passwords", "owner", "sign_in", "teammate"]
