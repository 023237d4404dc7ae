"""Addresses of the ingestion."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
