"""Addresses of the pages. What belongs to a project stands below /projects/<id>/."""

from django.urls import URLPattern, URLResolver, include, path

from profiles_app.edit_page import dialog, names
from profiles_app.people import projects, sessions, settings
from profiles_app.profile_page import editing, why
from profiles_app.profile_page import views as profile_page
from profiles_app.users_page import breakdown, bulk, edit_columns, export, filtering, saved_views
from profiles_app.users_page import views as users_page

_settings: list[URLPattern | URLResolver] = [
    path("", settings.settings, name="settings"),
    path("/project", settings.change_project, name="change-project"),
    path("/secret", settings.rotate_secret, name="rotate-secret"),
    path("/members", settings.add_member, name="add-member"),
    path("/members/<int:membership_id>/role", settings.change_role, name="change-role"),
    path("/members/<int:membership_id>/remove", settings.remove_member, name="remove-member"),
    path("/group-keys", settings.add_group_key, name="add-group-key"),
    path("/group-keys/<int:group_key_id>", settings.rename_group_key, name="rename-group-key"),
    path("/group-keys/<int:group_key_id>/delete", settings.delete_group_key, name="delete-group-key"),
    path("/service-accounts", settings.create_service_account, name="create-service-account"),
    path("/service-accounts/<int:account_id>/delete", settings.delete_service_account, name="delete-service-account"),
]


def _list_paths(one: str, many: str) -> list[URLPattern | URLResolver]:
    """What users and every kind of groups have alike, below the address of their table."""
    return [
        path("", users_page.people, name=many),
        path("/first", users_page.first_person, name=f"first-{one}"),
        path("/columns", edit_columns.edit_columns, name=f"columns-of-{many}"),
        path("/export", export.export_people, name=f"export-{many}"),
        path("/export.csv", export.people_file, name=f"{many}-file"),
        path("/profile", profile_page.profile, name=f"{one}-profile"),
        path("/why", why.why, name=f"why-{one}"),
        path("/views", saved_views.views_of_people, name=f"views-of-{many}"),
        path("/breakdown", breakdown.break_down_people, name=f"break-down-{many}"),
        path("/filter", filtering.filter_people, name=f"filter-{many}"),
        path("/filter/menu", filtering.filter_menu, name=f"{many}-filter-menu"),
        path("/filter/values", filtering.filter_values, name=f"{many}-filter-values"),
        path("/filter/note", filtering.filter_note, name=f"{many}-filter-note"),
        path("/set-property", bulk.set_property, name=f"set-property-of-{many}"),
        path("/delete", bulk.delete_people, name=f"delete-{many}"),
        path("/edit", dialog.edit, name=f"edit-{one}"),
        path("/edit/id", dialog.look_at_id, name=f"look-at-{one}-id"),
        path("/edit/property", dialog.look_at_property, name=f"look-at-{one}-property"),
        path("/edit/names", names.names, name=f"{one}-property-names"),
        path("/edit/create", dialog.create, name=f"create-{one}"),
        path("/edit/update", dialog.update, name=f"update-{one}"),
        path("/profile/property", editing.edit_property, name=f"edit-{one}-property"),
        path("/profile/property/set", editing.set_property, name=f"set-{one}-property"),
        path("/profile/property/remove", editing.remove_property, name=f"remove-{one}-property"),
        path("/profile/delete", editing.delete, name=f"delete-{one}"),
        path("/profile/restore", editing.restore, name=f"restore-{one}"),
    ]


_project: list[URLPattern | URLResolver] = [
    path("", projects.project_home, name="project"),
    path("/changes/<int:change_id>", bulk.show_change, name="bulk-change"),
    path("/changes/<int:change_id>/start", bulk.start_change, name="start-bulk-change"),
    path("/changes/<int:change_id>/cancel", bulk.cancel_change, name="cancel-bulk-change"),
    path("/users", include(_list_paths("user", "users"))),
    path("/groups/<int:group_key_id>", include(_list_paths("group", "groups"))),
    path("/views/<int:view_id>", saved_views.one_view, name="one-view"),
    path("/settings", include(_settings)),
]

urlpatterns = [
    path("", projects.home, name="home"),
    path("sign-in", sessions.sign_in, name="sign-in"),
    path("sign-out", sessions.sign_out, name="sign-out"),
    path("account/password", sessions.change_password, name="change-password"),
    path("projects/new", projects.new_project, name="new-project"),
    path("projects/<int:project_id>", include(_project)),
]
