"""The plots of the docs: what adding, keeping and running a job costs, the more there are, and how late one starts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.speed.names import APSCHEDULER_3, LIMIT, SUBMIT, TICKWRIGHT
from benchmarks.speed.page import PAGE
from benchmarks.speed.results import Results

__all__ = ["CURVES", "Curve", "draw"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A figure over the number of jobs."""

    file: str
    title: str
    axis: str
    group: str
    key: str
    """The key of the figure, with a star where the number of jobs stands."""
    scale: float = 1.0
    is_logarithmic: bool = True

    def points(self, results: Results, name: str) -> list[tuple[int, float]]:
        """Return the median of one peer for each number of jobs, by that number."""
        figures = results.groups.get(self.group)
        if figures is None:
            return []
        before, after = self.key.split("*")
        found = []
        for key in figures.rounds:
            number = key.removeprefix(before).removesuffix(after)
            if key == f"{before}{number}{after}" and number.isdigit():
                figure = figures.of(name, key)
                found += [] if figure is None else [(int(number), figure * self.scale)]
        return sorted(found)


EACH = "µs for each job"
CURVES = (
    Curve(file="performance-adding.svg", title="add_job, in memory", axis=EACH, group="B", key="add *", scale=1e6),
    Curve(
        file="performance-memory.svg",
        title="Memory",
        axis="bytes for each job",
        group="B",
        key="memory *",
        is_logarithmic=False,
    ),
    Curve(
        file="performance-due.svg",
        title="Jobs due at once, 10 threads",
        axis=EACH,
        group="C",
        key="* once",
        scale=1e6,
    ),
)
WAKING = "performance-waking.svg"
GREYS = {LIMIT: "#8c959f", SUBMIT: "#c3c9d0"}
COLOURS = {APSCHEDULER_3: "#cf222e", "APScheduler 4": "#e16f24", "huey": "#8250df", "schedule": "#1a7f37"}


def draw(results: Results, folder: Path = PAGE.parent) -> None:
    """Write all plots for which there are figures."""
    import matplotlib

    matplotlib.use("svg")
    # The same figures give the same file, and texts stay texts.
    matplotlib.rcParams.update({"svg.hashsalt": "tickwright", "svg.fonttype": "none", "font.family": "sans-serif"})
    for curve in CURVES:
        if curve.group in results.groups:
            _write(folder / curve.file, curve.title, partial(_draw_curve, results=results, curve=curve))
    if "D" in results.groups:
        _write(folder / WAKING, "From the scheduled time to the function", partial(_draw_waking, results=results))


def _write(path: Path, title: str, fill: Callable[[Any], None]) -> None:
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7.2, 4.0))
    fill(axes)
    axes.set_title(title, loc="left", fontweight="bold")
    axes.spines[["top", "right"]].set_visible(False)
    for axis in (axes.xaxis, axes.yaxis):
        if axis.get_scale() == "log":  # in whole numbers, not in powers of ten
            axis.set_major_formatter("{x:,.0f}")
            axis.set_minor_formatter("")
            axis.grid(color="#d0d7de", linewidth=0.6)
    axes.set_axisbelow(True)
    figure.tight_layout()
    figure.savefig(path, format="svg", metadata={"Date": None})
    pyplot.close(figure)


def _draw_curve(axes: Any, results: Results, curve: Curve) -> None:
    for name in dict.fromkeys(name for found in results.groups[curve.group].rounds.values() for name in found):
        if points := curve.points(results, name):
            axes.plot(*zip(*points, strict=True), label=name, **_style(name))
    axes.set_xscale("log")
    if curve.is_logarithmic:
        axes.set_yscale("log")
    else:
        axes.set_ylim(bottom=0)
    axes.set_xlabel("jobs")
    axes.set_ylabel(curve.axis)
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))


def _draw_waking(axes: Any, results: Results) -> None:
    figures = results.groups["D"]
    names = sorted(figures.rounds.get("p50", {}), key=lambda name: figures.of(name, "p50") or 0)
    for key, colour, label in (("p99", "#b6d4fe", "99 of 100 within"), ("p50", "#0969da", "half within")):
        axes.barh(names, [(figures.of(name, key) or 0) * 1e6 for name in names], color=colour, label=label)
    axes.set_xscale("log")
    axes.set_xlim(left=10)
    axes.set_xlabel("µs")
    axes.legend(frameon=False)


def _style(name: str) -> dict[str, Any]:
    if name == TICKWRIGHT:
        return {"color": "#0969da", "marker": "o", "linewidth": 2.4, "zorder": 3}
    if name in GREYS:
        return {"color": GREYS[name], "marker": ".", "linestyle": "--"}
    return {"color": COLOURS.get(name), "marker": "o", "linewidth": 1.2}
