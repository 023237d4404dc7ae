"""The official Python SDK sends here with only its addresses changed."""

from collections.abc import Iterator
from typing import Any

import pytest
from mixpanel import BufferedConsumer, Consumer, Mixpanel, MixpanelException, ServiceAccountCredentials
from pytest_django.live_server_helper import LiveServer

from profiles_app.models import Event, Profile, Project, ServiceAccount
from profiles_app.models.project import hash_secret
from tests.conftest import SECRET

pytestmark = pytest.mark.django_db(transaction=True)
TOKEN = "token-of-demo"


@pytest.fixture(autouse=True)
def project(transactional_db: None) -> Project:
    return Project.objects.create(name="Demo", token=TOKEN, secret_hash=hash_secret(SECRET))


def _consume(server: LiveServer, kind: Any, **options: Any) -> Any:
    paths = {"events_url": "track", "people_url": "engage", "import_url": "import", "groups_url": "groups"}
    return kind(**{name: f"{server.url}/{path}" for name, path in paths.items()}, retry_limit=0, **options)


@pytest.fixture(params=["plain", "buffered"])
def consumer(request: pytest.FixtureRequest, live_server: LiveServer) -> Iterator[Any]:
    if request.param == "plain":
        yield _consume(live_server, Consumer)
        return
    yield _consume(live_server, BufferedConsumer, max_size=3)


def test_everything_the_sdk_sends(consumer: Any) -> None:
    sdk = Mixpanel(TOKEN, consumer=consumer)
    sdk.people_set("12345", {"$first_name": "Alice", "plan": "free", "gone": 1})
    sdk.people_set_once("12345", {"plan": "pro", "first": "x"})
    sdk.people_increment("12345", {"logins": 3})
    sdk.people_append("12345", {"Favorite Fruits": "Apples"})
    sdk.people_union("12345", {"Browser": ["ie", "firefox"]})
    sdk.people_remove("12345", {"Browser": "ie"})
    sdk.people_unset("12345", ["gone"])
    sdk.people_track_charge("12345", 50)
    sdk.people_set("67890", {"a": 1})
    sdk.people_delete("67890")
    sdk.track("12345", "Welcome Email Sent", {"Email Template": "Pretty Pink", "count": 1})
    sdk.import_data("unused key", "12345", "Signed Up", 1_600_000_000, {"old": True}, api_secret=SECRET)
    if hasattr(consumer, "flush"):
        consumer.flush()  # It keeps one secret for all buffers, and the next call has none.
    sdk.group_set("company", "Acme", {"$name": "Acme", "seats": 5})
    sdk.group_union("company", "Acme", {"tags": ["a", "b"]})
    if hasattr(consumer, "flush"):
        consumer.flush()
    properties = Profile.objects.get(distinct_id="12345").properties
    (charge,) = properties.pop("$transactions")
    assert charge["$amount"] == 50
    assert properties == {
        "$first_name": "Alice",
        "plan": "free",
        "first": "x",
        "logins": 3,
        "Favorite Fruits": ["Apples"],
        "Browser": ["firefox"],
    }
    assert Profile.objects.get(distinct_id="67890").deleted_at is not None
    events = {event.name.name: event for event in Event.objects.select_related("name")}
    assert events["Welcome Email Sent"].properties["Email Template"] == "Pretty Pink"
    assert events["Signed Up"].properties["old"] is True
    assert events["Signed Up"].time.timestamp() == 1_600_000_000
    group = Profile.objects.get(group_key__key="company")
    assert group.properties == {"$name": "Acme", "seats": 5, "tags": ["a", "b"]}


def test_a_service_account_of_the_sdk(live_server: LiveServer, project: Project) -> None:
    ServiceAccount.objects.create(project=project, username="robot", secret_hash=hash_secret("s3"))
    credentials = ServiceAccountCredentials("robot", "s3", str(project.pk))
    consumer = _consume(live_server, BufferedConsumer, credentials=credentials)
    sdk = Mixpanel(TOKEN, consumer=consumer)
    for number in range(120):
        sdk.import_data("", "12345", "Signed Up", 1_600_000_000 + number)
    consumer.flush()
    assert Event.objects.count() == 120


def test_the_sdk_hears_of_errors(live_server: LiveServer) -> None:
    with pytest.raises(MixpanelException, match="token is not known"):
        Mixpanel("wrong", consumer=_consume(live_server, Consumer)).people_set("1", {"a": 1})
    sdk = Mixpanel(TOKEN, consumer=_consume(live_server, Consumer))
    with pytest.raises(MixpanelException, match=r'\$add.a: "x" is not a number'):
        sdk.people_increment("1", {"a": "x"})
    with pytest.raises(MixpanelException, match="secret is not known"):
        sdk.import_data("key", "1", "Old", 1, {}, api_secret="wrong")
    with pytest.raises(MixpanelException, match="is empty; it must be a non-empty string"):
        sdk.track("", "Open")
