"""The curve of the two errors as a picture: SVG text, both axes logarithmic, readable without colour."""

from collections.abc import Mapping, Sequence
from html import escape
from math import log10

WIDTH, HEIGHT, LEFT, TOP, SIDE = 640, 480, 80, 50, 380
LEAST = 1e-5  # rates below are drawn on the edge
DECADES = (1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0)
DASHES = ("none", "8 4", "2 4", "12 4 2 4", "4 4")
COLOURS = ("#1d4f91", "#a8321a", "#1f6b3a", "#6b3fa0", "#5a5a5a")

Points = Sequence[tuple[float, float]]


def draw(curves: Mapping[str, Points], *, title: str, description: str, across: str, up: str) -> str:
    """One line per group; false matches across, lost matches up. All words are the caller's."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'aria-labelledby="title description" font-family="sans-serif" font-size="12">',
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="description">{escape(description)}</desc>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="28" font-size="16">{escape(title)}</text>',
        *_grid(),
        f'<text x="{LEFT + SIDE / 2}" y="{TOP + SIDE + 40}" text-anchor="middle">{escape(across)}</text>',
        f'<text transform="translate(24 {TOP + SIDE / 2}) rotate(-90)" text-anchor="middle">{escape(up)}</text>',
    ]
    for number, (name, points) in enumerate(curves.items()):
        parts += _curve(name, points, number)
    return "\n".join([*parts, "</svg>", ""])


def _grid() -> list[str]:
    lines = []
    for rate in DECADES:
        x, y = _place(rate, rate)
        lines += [
            f'<path d="M{x} {TOP}V{TOP + SIDE}M{LEFT} {y}H{LEFT + SIDE}" stroke="#d0d0d0" fill="none"/>',
            f'<text x="{x}" y="{TOP + SIDE + 18}" text-anchor="middle">{100 * rate:g} %</text>',
            f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{100 * rate:g} %</text>',
        ]
    return lines


def _curve(name: str, points: Points, number: int) -> list[str]:
    colour, dash = COLOURS[number % len(COLOURS)], DASHES[number % len(DASHES)]
    style = f'stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}" fill="none"'
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (_place(*point) for point in points))
    y = TOP + 16 + 20 * number
    x = LEFT + SIDE + 16
    return [
        f'<polyline points="{path}" {style}/>',
        f'<path d="M{x} {y}h28" {style}/>',
        f'<text x="{x + 36}" y="{y + 4}">{escape(name)}</text>',
    ]


def _place(false: float, lost: float) -> tuple[float, float]:
    def along(rate: float) -> float:
        return log10(max(rate, LEAST) / LEAST) / log10(1 / LEAST)

    return LEFT + SIDE * along(false), TOP + SIDE * (1 - along(lost))
