"""Addresses of the cohorts' pages, below /projects/<id>/cohorts."""

from django.urls import path

from cohorts_app.pages import adding, belonging, deleting, detail, editor, listing, lists, renaming

urlpatterns = [
    path("", listing.cohorts, name="cohorts"),
    path("/new", editor.new_cohort, name="new-cohort"),
    path("/draft", editor.draft, name="cohort-draft"),
    path("/new/create", editor.create, name="create-cohort"),
    path("/new-list", lists.new_list, name="new-list"),
    path("/new-list/create", lists.create_list, name="create-list"),
    path("/of", belonging.cohorts_of_profile, name="cohorts-of-user"),
    path("/of/<int:group_key_id>", belonging.cohorts_of_profile, name="cohorts-of-group"),
    path("/add", adding.add_to_cohort, name="add-users-to-cohort"),
    path("/add/<int:group_key_id>", adding.add_to_cohort, name="add-groups-to-cohort"),
    path("/delete", deleting.ask_to_delete, name="ask-to-delete-cohorts"),
    path("/delete/chosen", deleting.delete_chosen, name="delete-cohorts"),
    path("/<int:cohort_id>", detail.cohort, name="cohort"),
    path("/<int:cohort_id>/edit", editor.edit_cohort, name="edit-cohort"),
    path("/<int:cohort_id>/edit/save", editor.change, name="change-cohort"),
    path("/<int:cohort_id>/rename", renaming.rename_cohort, name="rename-cohort"),
    path("/<int:cohort_id>/rename/save", renaming.give_name, name="give-cohort-name"),
    path("/<int:cohort_id>/members.csv", detail.members_file, name="cohort-members-file"),
    path("/<int:cohort_id>/duplicate", detail.duplicate, name="duplicate-cohort"),
    path("/<int:cohort_id>/verify", detail.verify, name="verify-cohort"),
    path("/<int:cohort_id>/record", detail.record, name="record-size"),
    path("/<int:cohort_id>/past", detail.record_past, name="record-past-sizes"),
    path("/<int:cohort_id>/lists", lists.add_list, name="add-list"),
    path("/<int:cohort_id>/lists/<int:list_id>", lists.one_list, name="cohort-list"),
    path("/<int:cohort_id>/lists/<int:list_id>.csv", lists.list_file, name="cohort-list-file"),
]
