"""Line charts as SVG, written with plain strings: figures of a benchmark for the documentation."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 400, 70, 24, 56, 56
COLOURS = ("#0b5fa5", "#b3541e", "#2e7d32", "#6a1b9a")
TICKS = 5
Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What is drawn: a title, what stands along the axes, and points by the name of their line."""

    title: str
    across: str
    upward: str
    lines: Mapping[str, Points]

    def write(self, path: Path) -> Path:
        """Write it as SVG; both axes begin at nothing."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(self._parts()) + "\n", encoding="utf-8")
        return path

    def _parts(self) -> list[str]:
        points = [point for line in self.lines.values() for point in line]
        wide, high = (_rounded(max(point[axis] for point in points)) for axis in (0, 1))
        marks = [mark for step in range(TICKS + 1) for mark in _ticks(step / TICKS, wide, high)]
        drawn = [
            part
            for place, (name, line) in enumerate(self.lines.items())
            for part in _line(place, name, [_at(x / wide, y / high) for x, y in line])
        ]
        across = _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14, self.across)
        return [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
            'font-family="sans-serif" font-size="13" fill="#222">',
            f"<title>{self.title}</title>",
            '<rect width="100%" height="100%" fill="#fff"/>',
            _text(LEFT, 22, self.title, "start", "font-weight='bold'"),
            _text(LEFT, 42, self.upward, "start"),
            *marks,
            *drawn,
            across,
            "</svg>",
        ]


def _line(place: int, name: str, at: Points) -> list[str]:
    colour = COLOURS[place % len(COLOURS)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in at)
    dots = [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in at]
    label = _text(at[-1][0], at[-1][1] - 10, name, "end", f"fill='{colour}'")
    return [
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>',
        *dots,
        label,
    ]


def _ticks(share: float, wide: float, high: float) -> list[str]:
    """A grid line with its figure on each axis."""
    x, y = _at(share, share)
    return [
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>',
        _text(LEFT - 8, y + 4, f"{share * high:,.10g}", "end"),
        _text(x, HEIGHT - BOTTOM + 20, f"{share * wide:,.10g}"),
    ]


def _at(across: float, upward: float) -> tuple[float, float]:
    x = LEFT + across * (WIDTH - LEFT - RIGHT)
    return x, HEIGHT - BOTTOM - upward * (HEIGHT - TOP - BOTTOM)


def _text(x: float, y: float, said: str, anchor: str = "middle", more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {more}>{said}</text>'


def _rounded(most: float) -> float:
    """The next figure that five ticks divide well."""
    whole = math.floor(math.log10(most / TICKS))
    steps = (nice * 10.0**whole for nice in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10))
    return next(step * TICKS for step in steps if step * TICKS >= most * 0.999)
