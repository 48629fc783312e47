"""Draws what a generation of the strategy family costs against its rows, one line for each population, as SVG."""
import json
import sys

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 640, 360, 70, 50, 30
lines = [json.loads(line) for line in open(sys.argv[1])]
series = {}
for line in lines:
    if line["workload"] == "family" and line["case"].endswith("threads-1"):
        series.setdefault(line["evals"], {})[line["bars"]] = line["cpu_s"] * 1000
right = max(bars for points in series.values() for bars in points)
top = max(cost for points in series.values() for cost in points.values())


def place(bars, cost):
    return LEFT + bars / right * (WIDTH - LEFT - 110), HEIGHT - BOTTOM - cost / top * (HEIGHT - BOTTOM - TOP)


out = [
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
    "<style>:root{--ink:#333;--paper:#fff}@media(prefers-color-scheme:dark){:root{--ink:#ddd;--paper:#161616}}"
    "text{fill:var(--ink)}.axis{stroke:var(--ink)}.line{fill:none;stroke-width:2}</style>",
    f'<rect width="{WIDTH}" height="{HEIGHT}" style="fill:var(--paper)"/>',
    f'<text x="{LEFT}" y="18">Processor time of one generation (ms) against the rows of the window</text>',
    f'<line class="axis" x1="{LEFT}" y1="{HEIGHT - BOTTOM}" x2="{WIDTH - 110}" y2="{HEIGHT - BOTTOM}"/>',
    f'<line class="axis" x1="{LEFT}" y1="{TOP}" x2="{LEFT}" y2="{HEIGHT - BOTTOM}"/>',
]
for part in range(5):
    x, _ = place(right * part / 4, 0)
    _, y = place(0, top * part / 4)
    out.append(f'<text x="{x:.0f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{right * part / 4:.0f}</text>')
    out.append(f'<text x="{LEFT - 6}" y="{y + 4:.0f}" text-anchor="end">{top * part / 4:.1f}</text>')
for color, (genomes, points) in zip(["#0072b2", "#d55e00", "#009e73", "#cc79a7"], sorted(series.items())):
    path = " ".join("{:.1f},{:.1f}".format(*place(bars, cost)) for bars, cost in sorted([(0, 0), *points.items()]))
    x, y = place(right, points[right]) if right in points else place(*max(points.items()))
    out.append(f'<polyline class="line" stroke="{color}" points="{path}"/>')
    for bars, cost in points.items():
        out.append('<circle cx="{:.1f}" cy="{:.1f}" r="3" fill="{}"/>'.format(*place(bars, cost), color))
    out.append(f'<text x="{x + 8:.0f}" y="{y + 4:.0f}">{genomes} genomes</text>')
open(sys.argv[2], "w").write("\n".join(out) + "\n</svg>\n")
