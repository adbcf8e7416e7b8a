"""The outlines of cities and counties."""

from typing import ClassVar

from django.db import models

NAME_LENGTH = 80


class OutlineRow(models.Model):
    """One area; `polygons` holds rings of longitude and latitude in millionths of a degree."""

    city = models.CharField(max_length=4)
    county_zh = models.CharField(max_length=NAME_LENGTH, blank=True)
    county_en = models.CharField(max_length=NAME_LENGTH, blank=True)
    polygons = models.JSONField()
    schematic = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["city", "county_zh"], name="outline_once"),
        ]

    def __str__(self) -> str:
        return f"outline of {self.city} {self.county_zh}".rstrip()
