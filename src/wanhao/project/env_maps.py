"""The variables of the hall's map; `env.py` takes them in."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings

HERE = frozenset({"127.0.0.1", "localhost", "::1"})


def _tiles(template: str) -> str:
    """A browser must be told one host that pictures may come from, and nobody's in the clear."""
    parts = urlsplit(template)
    local = parts.scheme == "http" and parts.hostname in HERE
    if template and not (parts.hostname and (local or parts.scheme == "https")):
        raise ValueError("give an https address; http only for this machine")
    if template and not all(word in template for word in ("{z}", "{x}", "{y}")):
        raise ValueError("give {z}, {x} and {y}, as https://tiles.example.cn/{z}/{x}/{y}.png")
    if not all(letter.isalnum() or letter in "-.:[]" for letter in parts.netloc):
        raise ValueError("give one host, without braces, names or passwords")
    return template


class MapVariables(BaseSettings):
    """What is drawn beneath the halls; nothing but our own outlines unless it is said."""

    map_tiles: Annotated[str, AfterValidator(_tiles)] = Field(
        default="",
        description="tile server of the hall's map, as https://tiles.example.cn/{z}/{x}/{y}.png "
        "(WGS-84, EPSG:3857); empty: outlines alone",
    )
    map_credit: str = Field(
        default="",
        max_length=200,
        description="what that server wants said on the map: its name, the number of its approval",
    )
