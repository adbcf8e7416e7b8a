"""Tells Django that this room exists."""

from django.apps import AppConfig


class LoyaltyConfig(AppConfig):
    name = "wanhao.loyalty"
    label = "wanhao_loyalty"
