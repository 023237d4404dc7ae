"""Addresses of the pages. What belongs to a project stands below /projects/<id>/."""

from django.urls import URLPattern, URLResolver, include, path

from profiles_app.people import projects, sessions, settings
from profiles_app.profile_page import views as profile_page
from profiles_app.users_page import export
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

_project: list[URLPattern | URLResolver] = [
    path("", projects.project_home, name="project"),
    path("/users", users_page.users, name="users"),
    path("/users/first", users_page.first_user, name="first-user"),
    path("/users/export", export.export_users, name="export-users"),
    path("/users/export.csv", export.users_file, name="users-file"),
    path("/users/profile", profile_page.user_profile, name="user-profile"),
    path("/groups/<int:group_key_id>", users_page.groups, name="groups"),
    path("/groups/<int:group_key_id>/first", users_page.first_group, name="first-group"),
    path("/groups/<int:group_key_id>/export", export.export_groups, name="export-groups"),
    path("/groups/<int:group_key_id>/export.csv", export.groups_file, name="groups-file"),
    path("/groups/<int:group_key_id>/profile", profile_page.group_profile, name="group-profile"),
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
