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

_users: list[URLPattern | URLResolver] = [
    path("", users_page.people, name="users"),
    path("/first", users_page.first_person, name="first-user"),
    path("/columns", edit_columns.edit_columns, name="columns-of-users"),
    path("/export", export.export_people, name="export-users"),
    path("/export.csv", export.people_file, name="users-file"),
    path("/profile", profile_page.profile, name="user-profile"),
    path("/why", why.why, name="why-user"),
    path("/views", saved_views.views_of_people, name="views-of-users"),
    path("/breakdown", breakdown.break_down_people, name="break-down-users"),
    path("/filter", filtering.filter_people, name="filter-users"),
    path("/filter/menu", filtering.filter_menu, name="users-filter-menu"),
    path("/filter/values", filtering.filter_values, name="users-filter-values"),
    path("/filter/note", filtering.filter_note, name="users-filter-note"),
    path("/set-property", bulk.set_property, name="set-property-of-users"),
    path("/delete", bulk.delete_people, name="delete-users"),
    path("/edit", dialog.edit, name="edit-user"),
    path("/edit/id", dialog.look_at_id, name="look-at-user-id"),
    path("/edit/property", dialog.look_at_property, name="look-at-user-property"),
    path("/edit/names", names.names, name="user-property-names"),
    path("/edit/create", dialog.create, name="create-user"),
    path("/edit/update", dialog.update, name="update-user"),
    path("/profile/property", editing.edit_property, name="edit-user-property"),
    path("/profile/property/set", editing.set_property, name="set-user-property"),
    path("/profile/property/remove", editing.remove_property, name="remove-user-property"),
    path("/profile/delete", editing.delete, name="delete-user"),
    path("/profile/restore", editing.restore, name="restore-user"),
]
_groups: list[URLPattern | URLResolver] = [
    path("", users_page.people, name="groups"),
    path("/first", users_page.first_person, name="first-group"),
    path("/columns", edit_columns.edit_columns, name="columns-of-groups"),
    path("/export", export.export_people, name="export-groups"),
    path("/export.csv", export.people_file, name="groups-file"),
    path("/profile", profile_page.profile, name="group-profile"),
    path("/why", why.why, name="why-group"),
    path("/views", saved_views.views_of_people, name="views-of-groups"),
    path("/breakdown", breakdown.break_down_people, name="break-down-groups"),
    path("/filter", filtering.filter_people, name="filter-groups"),
    path("/filter/menu", filtering.filter_menu, name="groups-filter-menu"),
    path("/filter/values", filtering.filter_values, name="groups-filter-values"),
    path("/filter/note", filtering.filter_note, name="groups-filter-note"),
    path("/set-property", bulk.set_property, name="set-property-of-groups"),
    path("/delete", bulk.delete_people, name="delete-groups"),
    path("/edit", dialog.edit, name="edit-group"),
    path("/edit/id", dialog.look_at_id, name="look-at-group-id"),
    path("/edit/property", dialog.look_at_property, name="look-at-group-property"),
    path("/edit/names", names.names, name="group-property-names"),
    path("/edit/create", dialog.create, name="create-group"),
    path("/edit/update", dialog.update, name="update-group"),
    path("/profile/property", editing.edit_property, name="edit-group-property"),
    path("/profile/property/set", editing.set_property, name="set-group-property"),
    path("/profile/property/remove", editing.remove_property, name="remove-group-property"),
    path("/profile/delete", editing.delete, name="delete-group"),
    path("/profile/restore", editing.restore, name="restore-group"),
]

_project: list[URLPattern | URLResolver] = [
    path("", projects.project_home, name="project"),
    path("/changes/<int:change_id>", bulk.show_change, name="bulk-change"),
    path("/changes/<int:change_id>/start", bulk.start_change, name="start-bulk-change"),
    path("/changes/<int:change_id>/cancel", bulk.cancel_change, name="cancel-bulk-change"),
    path("/users", include(_users)),
    path("/groups/<int:group_key_id>", include(_groups)),
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
