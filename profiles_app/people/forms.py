"""Forms of signing in and of the settings."""

import zoneinfo
from functools import cache
from typing import Any, Final

from django import forms

from profiles_app.models import Role
from profiles_app.models.project import check_one_line, check_time_zone, is_one_line

LONGEST_NEXT: Final = 8000


@cache
def list_time_zones() -> list[tuple[str, str]]:
    """Choices of every IANA zone with a place in its name, UTC first."""
    names = sorted(name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith("Etc/"))
    return [(name, name.replace("_", " ")) for name in ["UTC", *names]]


class PageForm(forms.Form):
    """A form whose fields have ids of their own, however many forms share a page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"{type(self).__name__}-%s")
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)


class NextField(forms.CharField):
    """Where to go afterwards. Nobody types it, so nobody can correct it: what no address is, is left
    out."""

    def clean(self, value: Any) -> str:
        text = str(value or "")
        return text if len(text) <= LONGEST_NEXT and is_one_line(text) else ""


class SignInForm(PageForm):
    email = forms.EmailField(label="E-mail", max_length=254)
    password = forms.CharField(label="Password", max_length=1000, strip=False, widget=forms.PasswordInput)
    next = NextField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].widget.attrs |= {"autocomplete": "username", "autofocus": True}
        self.fields["password"].widget.attrs |= {"autocomplete": "current-password"}


class ProjectForm(PageForm):
    name = forms.CharField(label="Project name", max_length=100, validators=[check_one_line])
    time_zone = forms.ChoiceField(
        label="Time zone", help_text="Days begin and times are shown in this time zone.", initial="UTC"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["time_zone"]
        assert isinstance(field, forms.ChoiceField)
        choices = list_time_zones()
        current = self.initial.get("time_zone", "UTC")
        # A zone without a slash in its name, set by a script, stays selectable.
        field.choices = choices if current in dict(choices) else [*choices, (current, current)]
        field.validators.append(check_time_zone)


class MemberForm(PageForm):
    email = forms.EmailField(label="E-mail", max_length=254)
    role = forms.ChoiceField(label="Role", choices=Role.choices, initial=Role.ANALYST)


class RoleForm(PageForm):
    role = forms.ChoiceField(label="Role", choices=Role.choices)


class GroupKeyForm(PageForm):
    key = forms.CharField(
        label="Group key", max_length=255, validators=[check_one_line],
        help_text="The property that SDKs send, such as company.",
    )  # fmt: skip
    label = forms.CharField(
        label="Label", max_length=100, validators=[check_one_line], help_text="What people read, such as Companies."
    )


class GroupLabelForm(PageForm):
    label = forms.CharField(label="Label", max_length=100, validators=[check_one_line])


class ServiceAccountForm(PageForm):
    name = forms.SlugField(
        label="Name", max_length=60, help_text="What it is for, such as nightly-export. Letters, digits, - and _."
    )
