"""Callers of the API, people who are signed in, and makers of profiles."""

from tests.api.conftest import account, ask_as, companies, script
from tests.pages.conftest import _quick_passwords, owner, sign_in, teammate

__all__ = ["_quick_passwords", "account", "ask_as", "companies", "owner", "script", "sign_in", "teammate"]
