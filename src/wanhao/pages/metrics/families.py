"""The kinds of figures, as Prometheus takes them."""

from collections.abc import Iterable

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric


def count(name: str, told: str, value: int) -> Metric:
    """A figure that only grows; its sample is named with _total."""
    return CounterMetricFamily(name, told, value=value)


def gauge(name: str, told: str, value: float | None) -> Metric:
    """A figure of this moment; none at all where it is not known."""
    family = GaugeMetricFamily(name, told, labels=())
    if value is not None:
        family.add_metric((), value)
    return family


def labelled_count(
    name: str,
    told: str,
    labels: tuple[str, ...],
    rows: Iterable[tuple[tuple[str, ...], int]],
) -> Metric:
    """Figures that only grow, one for each set of labels."""
    family = CounterMetricFamily(name, told, labels=labels)
    for values, value in rows:
        family.add_metric(values, value)
    return family


def labelled_gauge(
    name: str,
    told: str,
    labels: tuple[str, ...],
    rows: Iterable[tuple[tuple[str, ...], float]],
) -> Metric:
    """Figures of this moment, one for each set of labels."""
    family = GaugeMetricFamily(name, told, labels=labels)
    for values, value in rows:
        family.add_metric(values, value)
    return family
