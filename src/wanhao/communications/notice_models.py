"""Notices that somebody sends to the lines of a place, or to given numbers."""

from typing import ClassVar

from django.db import models

from wanhao.communications.notice_contracts import NoticeKind


class Notice(models.Model):
    """What is announced, to whom, by whom; `lines` are those gone through so far.

    It is for the lines of a city, or for `numbers`. Works have a time, and a reason where they come
    sooner than they should have been told.
    """

    kind = models.CharField(max_length=5, choices=[(kind.value, kind.name) for kind in NoticeKind])
    city = models.CharField(max_length=4, blank=True)
    numbers = models.JSONField(default=list)
    place_zh = models.CharField(max_length=64, blank=True)
    place_en = models.CharField(max_length=64, blank=True)
    what_zh = models.CharField(max_length=64, blank=True)
    what_en = models.CharField(max_length=64, blank=True)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    urgent_reason = models.CharField(max_length=500, blank=True)
    risk = models.BooleanField(default=False)
    by = models.CharField(max_length=150)
    created_at = models.DateTimeField()
    lines = models.BigIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=150, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in NoticeKind]),
                name="notice_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(city="") ^ models.Q(numbers=[]),
                name="notice_for_a_city_or_numbers",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="works")
                | models.Q(
                    starts_at__isnull=False,
                    ends_at__isnull=False,
                    ends_at__gt=models.F("starts_at"),
                ),
                name="notice_of_works_has_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True) | ~models.Q(withdrawn_by=""),
                name="notice_withdrawn_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
