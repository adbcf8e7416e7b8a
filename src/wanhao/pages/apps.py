"""Tells Django that this room exists."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "wanhao.pages"
    label = "wanhao_pages"
