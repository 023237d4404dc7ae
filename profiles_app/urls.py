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
    path("/users", users_page.users, name="users"),
    path("/users/first", users_page.first_user, name="first-user"),
    path("/users/columns", edit_columns.columns_of_users, name="columns-of-users"),
    path("/users/export", export.export_users, name="export-users"),
    path("/users/export.csv", export.users_file, name="users-file"),
    path("/users/profile", profile_page.user_profile, name="user-profile"),
    path("/users/why", why.why_user, name="why-user"),
    path("/users/views", saved_views.views_of_users, name="views-of-users"),
    path("/users/breakdown", breakdown.break_down_users, name="break-down-users"),
    path("/users/filter", filtering.filter_users, name="filter-users"),
    path("/users/filter/menu", filtering.users_menu, name="users-filter-menu"),
    path("/users/filter/values", filtering.users_values, name="users-filter-values"),
    path("/users/filter/note", filtering.users_note, name="users-filter-note"),
    path("/groups/<int:group_key_id>", users_page.groups, name="groups"),
    path("/groups/<int:group_key_id>/first", users_page.first_group, name="first-group"),
    path("/groups/<int:group_key_id>/breakdown", breakdown.break_down_groups, name="break-down-groups"),
    path("/groups/<int:group_key_id>/views", saved_views.views_of_groups, name="views-of-groups"),
    path("/groups/<int:group_key_id>/columns", edit_columns.columns_of_groups, name="columns-of-groups"),
    path("/users/set-property", bulk.set_property_of_users, name="set-property-of-users"),
    path("/users/delete", bulk.delete_users, name="delete-users"),
    path("/groups/<int:group_key_id>/set-property", bulk.set_property_of_groups, name="set-property-of-groups"),
    path("/groups/<int:group_key_id>/delete", bulk.delete_groups, name="delete-groups"),
    path("/changes/<int:change_id>", bulk.show_change, name="bulk-change"),
    path("/changes/<int:change_id>/start", bulk.start_change, name="start-bulk-change"),
    path("/changes/<int:change_id>/cancel", bulk.cancel_change, name="cancel-bulk-change"),
    path("/groups/<int:group_key_id>/export", export.export_groups, name="export-groups"),
    path("/groups/<int:group_key_id>/export.csv", export.groups_file, name="groups-file"),
    path("/groups/<int:group_key_id>/filter", filtering.filter_groups, name="filter-groups"),
    path("/groups/<int:group_key_id>/filter/menu", filtering.groups_menu, name="groups-filter-menu"),
    path("/groups/<int:group_key_id>/filter/values", filtering.groups_values, name="groups-filter-values"),
    path("/groups/<int:group_key_id>/filter/note", filtering.groups_note, name="groups-filter-note"),
    path("/groups/<int:group_key_id>/profile", profile_page.group_profile, name="group-profile"),
    path("/groups/<int:group_key_id>/why", why.why_group, name="why-group"),
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
