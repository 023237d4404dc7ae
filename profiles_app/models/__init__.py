"""The tables of Roster: projects and people, profiles and their edits, events, the catalog, segments."""

from profiles_app.models.attempts import SignInFailures
from profiles_app.models.bulk import BulkChange, BulkChunk, BulkKind, BulkState
from profiles_app.models.catalog import EventName, Kind, PropertyDefinition, Scope
from profiles_app.models.columns import ColumnChoice
from profiles_app.models.edit import EditKind, ProfileEdit
from profiles_app.models.event import Event
from profiles_app.models.filter import StoredFilter
from profiles_app.models.heartbeat import WorkerHeartbeat
from profiles_app.models.profile import Profile
from profiles_app.models.project import GroupKey, Membership, Project, Role, ServiceAccount
from profiles_app.models.segment import SEGMENT_VERSION, Dataset, Manifest, Segment
from profiles_app.models.user import User
from profiles_app.models.view import SavedView

__all__ = [
    "SEGMENT_VERSION",
    "BulkChange",
    "BulkChunk",
    "BulkKind",
    "BulkState",
    "ColumnChoice",
    "Dataset",
    "EditKind",
    "Event",
    "EventName",
    "GroupKey",
    "Kind",
    "Manifest",
    "Membership",
    "Profile",
    "ProfileEdit",
    "Project",
    "PropertyDefinition",
    "Role",
    "SavedView",
    "Scope",
    "Segment",
    "ServiceAccount",
    "SignInFailures",
    "StoredFilter",
    "User",
    "WorkerHeartbeat",
]
