"""The limits of the ingestion (docs/ingestion.md lists them)."""

from typing import Final

RECORDS: Final = 2_000
BODY_BYTES: Final = 10 * 1024 * 1024
# A form spells a JSON body in percent escapes: up to three bytes for one.
FORM_BYTES: Final = 3 * BODY_BYTES
RECORD_BYTES: Final = 1024 * 1024
CONTAINER_BYTES: Final = 256 * 1024
NESTING: Final = 5
PROPERTIES: Final = 2_000
NAME_LENGTH: Final = 255
DISTINCT_ID_LENGTH: Final = 255
INSERT_ID_LENGTH: Final = 255
GROUP_KEYS: Final = 100
# Of a project, over all its scopes.
PROPERTY_NAMES: Final = 50_000
EVENT_NAMES: Final = 10_000
# Kept to the digit, as orjson reads and writes them; a number beyond is a float.
WHOLE_NUMBERS: Final = range(-(2**63), 2**64)
