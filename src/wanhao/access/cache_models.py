"""Where all processes of an installation count tries together."""

from typing import ClassVar

from django.db import models


class SharedEntry(models.Model):
    """A row of Django's database cache, which owns its shape: how often an address tried, and which
    one-time passwords were used."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["expires"], name="shared_entry_by_end")]

    def __str__(self) -> str:
        return self.cache_key
