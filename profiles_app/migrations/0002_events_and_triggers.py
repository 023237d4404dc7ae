"""The partitioned table of events, the triggers that keep `xid`, and what each index is for."""

from django.db import migrations

# Ids come from a plain sequence and not from an identity column: PostgreSQL 17 refuses to attach a
# partition where both have an identity. Each connection takes ids by the thousand.
EVENT_TABLE = """
CREATE SEQUENCE profiles_app_event_id_seq CACHE 1000;
CREATE TABLE profiles_app_event (
    time timestamptz NOT NULL,
    id bigint NOT NULL DEFAULT nextval('profiles_app_event_id_seq'),
    profile_id bigint NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    project_id integer NOT NULL,
    name_id integer NOT NULL,
    insert_id varchar(255),
    properties jsonb NOT NULL
) PARTITION BY RANGE (time);
ALTER SEQUENCE profiles_app_event_id_seq OWNED BY profiles_app_event.id;

CREATE UNIQUE INDEX profiles_app_event_identity
    ON profiles_app_event (profile_id, time, name_id, insert_id);
CREATE INDEX profiles_app_event_xid ON profiles_app_event (xid);
"""

DROP_EVENT_TABLE = "DROP TABLE profiles_app_event;"

# A statement that sets xid itself has no trigger to pay for.
TRIGGERS = """
CREATE FUNCTION roster_touch_xid() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.xid := pg_current_xact_id();
    RETURN NEW;
END
$$;
CREATE TRIGGER profile_touch_xid BEFORE UPDATE ON profiles_app_profile
    FOR EACH ROW WHEN (NEW.xid = OLD.xid) EXECUTE FUNCTION roster_touch_xid();
CREATE TRIGGER event_touch_xid BEFORE UPDATE ON profiles_app_event
    FOR EACH ROW WHEN (NEW.xid = OLD.xid) EXECUTE FUNCTION roster_touch_xid();
"""

DROP_TRIGGERS = """
DROP TRIGGER event_touch_xid ON profiles_app_event;
DROP TRIGGER profile_touch_xid ON profiles_app_profile;
DROP FUNCTION roster_touch_xid();
"""

# An update that changes no indexed column stays within its page when there is room.
FILLFACTOR = "ALTER TABLE profiles_app_profile SET (fillfactor = 80);"
NO_FILLFACTOR = "ALTER TABLE profiles_app_profile RESET (fillfactor);"

CHANGE_LOG = """
CREATE TABLE profiles_app_profile_change (
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    profile_id bigint NOT NULL,
    written_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX profiles_app_profile_change_xid ON profiles_app_profile_change (xid);

CREATE FUNCTION roster_log_profiles() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO profiles_app_profile_change (profile_id) SELECT id FROM written;
    RETURN NULL;
END
$$;
CREATE TRIGGER profile_log_insert AFTER INSERT ON profiles_app_profile
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION roster_log_profiles();
CREATE TRIGGER profile_log_update AFTER UPDATE ON profiles_app_profile
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION roster_log_profiles();
"""

DROP_CHANGE_LOG = """
DROP TRIGGER profile_log_update ON profiles_app_profile;
DROP TRIGGER profile_log_insert ON profiles_app_profile;
DROP FUNCTION roster_log_profiles();
DROP TABLE profiles_app_profile_change;
"""

COMMENTS = {
    "profiles_app_user_email_key": "Sign-in: the account of an address.",
    "project_token_unique": "Ingestion: the project of a record by its token.",
    "project_secret_unique": "Basic auth: the project by the hash of its secret.",
    "membership_unique": "Access: the role of a person in a project.",
    "service_account_username_unique": "Basic auth: the account by its name.",
    "group_key_unique": "Ingestion: the group key of a record.",
    "profile_unique": "Ingestion and the profile page: one profile by its distinct id.",
    "profiles_app_profile_change_xid": "Columnar tail: profiles written since a watermark.",
    "property_unique": "Catalog: learning a property; the names of a scope.",
    "event_name_unique": "Ingestion: the number of an event name.",
    "segment_unique": "Columnar side: the segments of a project.",
    "profiles_app_event_identity": "Duplicates of an event; the activity feed of a profile, newest first.",
    "profiles_app_event_xid": "Columnar tail: events written since a watermark.",
}


def comment_on_indexes(comments: dict[str, str]) -> str:
    """`COMMENT ON INDEX` statements; the texts are ours and hold no quotes."""
    return "\n".join(f"COMMENT ON INDEX {name} IS '{text}';" for name, text in comments.items())


class Migration(migrations.Migration):
    dependencies = [("profiles_app", "0001_initial")]

    operations = [
        migrations.RunSQL(EVENT_TABLE, DROP_EVENT_TABLE),
        migrations.RunSQL(TRIGGERS, DROP_TRIGGERS),
        migrations.RunSQL(FILLFACTOR, NO_FILLFACTOR),
        migrations.RunSQL(CHANGE_LOG, DROP_CHANGE_LOG),
        migrations.RunSQL(comment_on_indexes(COMMENTS), migrations.RunSQL.noop),
    ]
