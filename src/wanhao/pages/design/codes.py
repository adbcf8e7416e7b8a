"""Codes that another device's camera reads."""

import io

import segno
from django.http import HttpResponse


def code_picture(told: str) -> HttpResponse:
    """A code as a picture; no browser keeps it."""
    drawn = io.BytesIO()
    segno.make(told, error="m", micro=False).save(
        drawn, kind="svg", scale=8, border=4, dark="#000", light="#fff"
    )
    response = HttpResponse(drawn.getvalue(), content_type="image/svg+xml")
    response["Cache-Control"] = "no-store"
    return response
