"""People who are signed in."""

from tests.pages.conftest import _quick_passwords, companies, owner, sign_in, teammate

__all__ = ["_quick_passwords", "companies", "owner", "sign_in", "teammate"]
