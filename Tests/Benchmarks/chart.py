"""The ratios of a comparison as a chart: one bar for each program, on a logarithmic scale, from the line where both are equal."""

import math
from html import escape

ROW = 18
LABELS = 210
PLOT = 520
RIGHT = 60
TOP = 46
TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50)
FASTER, SLOWER, GRID, INK = "#2a7f4f", "#b5482f", "#d8d8d8", "#222222"


def draw(rows, title):
    """An SVG document for (name, ratio) pairs."""
    logs = [math.log10(ratio) for _, ratio in rows]
    low, high = min(logs + [math.log10(0.5)]) - 0.05, max(logs + [math.log10(2)]) + 0.05
    height = TOP + ROW * len(rows) + 12

    def x(log):
        return LABELS + PLOT * (log - low) / (high - low)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LABELS + PLOT + RIGHT}" height="{height}" '
        'font-family="sans-serif" font-size="11">',
        '<rect width="100%" height="100%" fill="white"/>',
        f'<text x="8" y="16" font-size="13" fill="{INK}">{escape(title)}</text>',
    ]
    for tick in TICKS:
        place = x(math.log10(tick))
        if LABELS <= place <= LABELS + PLOT:
            width = 1.5 if tick == 1 else 0.5
            colour = INK if tick == 1 else GRID
            parts.append(f'<line x1="{place:.1f}" x2="{place:.1f}" y1="{TOP - 6}" y2="{height - 8}" '
                         f'stroke="{colour}" stroke-width="{width}"/>')
            parts.append(f'<text x="{place:.1f}" y="{TOP - 10}" text-anchor="middle" fill="{INK}">{tick:g}</text>')
    for index, ((name, ratio), log) in enumerate(zip(rows, logs)):
        y = TOP + ROW * index
        start, end = sorted((x(0), x(log)))
        parts.append(f'<text x="{LABELS - 8}" y="{y + 12}" text-anchor="end" fill="{INK}">{escape(name)}</text>')
        parts.append(f'<rect x="{start:.1f}" y="{y + 3}" width="{max(end - start, 0.5):.1f}" height="{ROW - 7}" '
                     f'fill="{FASTER if ratio >= 1 else SLOWER}"/>')
        side = max(end, x(0)) + 4
        parts.append(f'<text x="{side:.1f}" y="{y + 12}" fill="{INK}">{ratio:.2f}</text>')
    parts.append("</svg>")
    return "\n".join(parts) + "\n"
