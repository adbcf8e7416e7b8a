"""Puts our admin in the place of Django's own."""

from django.contrib.admin.apps import AdminConfig


class StaffAdminConfig(AdminConfig):
    """The admin that is entered by the door of employees."""

    default_site = "wanhao.project.admin_site.StaffAdminSite"
