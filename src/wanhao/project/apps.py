"""Lets the project connect ports to adapters once every room is loaded, in every process."""

from importlib import import_module

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "wanhao.project"
    label = "wanhao_project"

    def ready(self) -> None:
        """Say who does the billing, how the meter is read, which keys its archive has, which doors
        and payment channels there are, who tells of queues; refuse a list of reachable numbers that
        would cut somebody off. By name, as rooms may only be imported when all are there."""
        import_module("wanhao.project.billing").wire_billing()
        import_module("wanhao.project.reading").wire_reading()
        import_module("wanhao.project.archive").wire_archive()
        import_module("wanhao.project.doors").wire_doors()
        import_module("wanhao.project.payments").wire_payments()
        import_module("wanhao.project.queues").wire_queues()
        import_module("wanhao.project.network").refuse_wrong_list()
