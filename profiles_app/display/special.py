"""Properties that Roster does something with, explained to whoever sets them."""

from typing import Final

PHONE: Final = "$phone"
EXPLANATIONS: Final = {
    "$name": "The name, shown in the table and on the profile.",
    "$first_name": "With $last_name the name, where there is no $name.",
    "$last_name": "With $first_name the name, where there is no $name.",
    "$email": "The e-mail address: shown in the table, found by the search, and the name of somebody without one.",
    PHONE: "A phone number with “+” and country code, such as +4722225555.",
    "$avatar": "The address of a picture, with https: shown instead of the drawn face.",
    "$created": "When they joined, as a date: shown on the profile as Created.",
    "$city": "Part of the location on the profile, and a column of the table.",
    "$region": "Part of the location on the profile, and a column of the table.",
    "$country_code": "Two letters, such as NO: shown as the country’s name.",
    "$timezone": "Their time zone, such as Europe/Oslo. Roster shows times in the project’s.",
}


def warn_of_value(name: str, text: str) -> str:
    """What is odd about a value that is typed for a property; '' where nothing is."""
    number = text.strip()
    if name == PHONE and number and not number.startswith("+"):
        return (
            "Phone numbers begin with “+” and the country code, such as +4722225555. Without them nobody can be called."
        )
    return ""
