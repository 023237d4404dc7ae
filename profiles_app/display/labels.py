"""Names of properties as people read them."""

from typing import Final

NAME: Final = "$name"
EMAIL: Final = "$email"
AVATAR: Final = "$avatar"
DISTINCT_ID: Final = "$distinct_id"
UPDATED_AT: Final = "$last_seen"
CREATED_AT: Final = "$created_at"
COUNTRY: Final = "$country_code"

_LABELS: Final = {
    NAME: "Name",
    "$first_name": "First Name",
    "$last_name": "Last Name",
    EMAIL: "Email",
    "$phone": "Phone",
    AVATAR: "Avatar",
    "$created": "Created",
    DISTINCT_ID: "Distinct ID",
    UPDATED_AT: "Updated at",
    CREATED_AT: "Created at",
    COUNTRY: "Country Code",
    "mp_country_code": "Country",
    "$region": "Region",
    "$city": "City",
    "$timezone": "Time Zone",
    "$os": "Operating System",
    "$os_version": "OS Version",
    "$browser": "Browser",
    "$browser_version": "Browser Version",
    "$device": "Device",
    "$device_id": "Device ID",
    "$model": "Model",
    "$brand": "Brand",
    "$manufacturer": "Manufacturer",
    "$screen_height": "Screen Height",
    "$screen_width": "Screen Width",
    "$current_url": "Current URL",
    "$referrer": "Referrer",
    "$referring_domain": "Referring Domain",
    "$initial_referrer": "Initial Referrer",
    "$initial_referring_domain": "Initial Referring Domain",
    "$search_engine": "Search Engine",
    "$app_version_string": "App Version",
    "$app_build_number": "App Build Number",
    "$insert_id": "Insert ID",
    "$user_id": "User ID",
    "$latitude": "Latitude",
    "$longitude": "Longitude",
    "$source": "Source",
    "$duration": "Duration",
    "$lib_version": "Library Version",
    "mp_lib": "Library",
    "$mp_api_endpoint": "API Endpoint",
}


def label_property(name: str) -> str:
    """`$country_code` → `Country Code`; a name that Roster does not know stays as it is."""
    return _LABELS.get(name, name)
