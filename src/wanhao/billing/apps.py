"""Tells Django that this room exists."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "wanhao.billing"
    label = "wanhao_billing"
