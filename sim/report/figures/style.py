"""How every figure looks: colours that colour-blind readers and grey printers tell apart, fixed bytes.

Text is drawn as paths, so that a figure looks the same on a machine without its font; ids come from a
fixed salt and no date is written, so that equal data give equal bytes.
"""

import io
import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import matplotlib as mpl
from markupsafe import escape
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import Formatter

from sim.report.wording import plain

WIDTH = 6.9  # inches: the text width of a portrait A4 page
MOST_TITLE = 96  # characters of a title that fit across it
LABEL_SHARE = 0.9  # width of a character of a row's label, in those of a title
INK = "#222222"
SOFT = "#767676"
FAINT = "#DDDDDD"
BAND = "#ECECEC"

# Okabe and Ito's palette; the reference is always the dark grey one.
BLUE, VERMILLION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
SKY, ORANGE, YELLOW, GREY = "#56B4E9", "#E69F00", "#F0E442", "#8C8C8C"
INDIGO, WINE = "#332288", "#882255"  # Tol's, for the ninth and tenth colour
REFERENCE = "#4D4D4D"

PARAMETERS: dict[str, Any] = {
    "svg.hashsalt": "campaign-sim",
    "svg.fonttype": "path",
    "text.parse_math": False,  # names of a file may hold a dollar sign
    "font.family": ["DejaVu Sans"],  # comes with matplotlib
    "font.size": 8.5,
    "axes.titlesize": 9.0,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.edgecolor": SOFT,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": False,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "hatch.linewidth": 0.6,
    "lines.linewidth": 1.6,
    "text.color": INK,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 8.0,
    "ytick.labelsize": 8.0,
    "legend.frameon": False,
    "legend.fontsize": 8.0,
    "figure.constrained_layout.use": True,
}


@dataclass(frozen=True)
class ArmStyle:
    """How an arm is drawn in every figure of a report: colour for screens, line and marker for grey paper."""

    colour: str
    line: str
    marker: str


_REFERENCE_STYLE = ArmStyle(REFERENCE, "--", "o")
_OTHERS = (
    ArmStyle(BLUE, "-", "s"),
    ArmStyle(VERMILLION, "-.", "^"),
    ArmStyle(GREEN, ":", "D"),
    ArmStyle(PURPLE, "-", "v"),
    ArmStyle(SKY, "--", "P"),
    ArmStyle(ORANGE, "-.", "X"),
)


def arm_styles(experiment: Mapping[str, Any]) -> dict[str, ArmStyle]:
    """Give each arm its style, by its place in the experiment."""
    styles, place = {}, 0
    for arm in experiment.get("arms", ()):
        if arm["name"] == experiment.get("reference"):
            styles[arm["name"]] = _REFERENCE_STYLE
        else:
            styles[arm["name"]] = _OTHERS[place % len(_OTHERS)]
            place += 1
    return styles


def new_figure(height: float, width: float = WIDTH) -> Figure:
    """Start a figure of the page's width; call inside :func:`drawing`."""
    return Figure(figsize=(width, height), layout="constrained")


def drawing() -> AbstractContextManager[None]:
    """Return a context in which matplotlib draws in this style, whatever the user's own settings are."""
    parameters: Any = {**dict(mpl.rcParamsDefault), **PARAMETERS}
    return mpl.rc_context(parameters)


def to_svg(figure: Figure) -> str:
    """Write a figure as SVG without date, program or network address of a licence."""
    out = io.StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    FigureCanvasSVG(figure)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # about crowded axes: the reader sees them
        figure.savefig(out, format="svg", metadata=nothing)
    return out.getvalue()


def inline(svg: str, prefix: str, label: str) -> str:
    """Make an SVG fit to stand inside a page: no prologue, ids of its own, a label for screen readers."""
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<style.*?</style>", "", body, flags=re.DOTALL)
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    body = re.sub(r'\sxmlns(:\w+)?="[^"]*"', "", body)
    body = re.sub(r'(<svg[^>]*?) width="[^"]*" height="[^"]*"', r"\1", body, count=1)
    body = re.sub(r'\bid="', f'id="{prefix}-', body)
    body = re.sub(r'href="#', f'href="#{prefix}-', body)
    body = body.replace("url(#", f"url(#{prefix}-").replace("xlink:href", "href")
    body = re.sub(r"\n\s*\n", "\n", body)
    return body.replace("<svg ", f'<svg role="img" aria-label="{escape(label)}" ', 1)


def spread(values: Sequence[float], gap: float) -> list[float]:
    """Move label positions apart so that neighbours are at least a gap away, keeping their order."""
    order = sorted(range(len(values)), key=lambda i: values[i])
    placed = list(values)
    for before, after in pairwise(order):
        placed[after] = max(placed[after], placed[before] + gap)
    shift = sum(placed[i] - values[i] for i in order) / max(len(order), 1)
    return [value - shift for value in placed]


class PlainTicks(Formatter):
    """Numbers of an axis, with as many decimals as tell neighbouring ticks apart.

    Parameters
    ----------
    times, behind
        What a value is multiplied by, and what is written behind it: 100 and ``%`` for shares.
    """

    def __init__(self, times: float = 1.0, behind: str = "") -> None:
        self.times, self.behind = times, behind

    def __call__(self, x: float, pos: int | None = None) -> str:
        """Write a number that stands alone."""
        return self.format_ticks([x])[0]

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        """Write all ticks of an axis."""
        ticks = [self.times * float(value) for value in values]
        step = min((abs(other - one) for one, other in pairwise(ticks) if one != other), default=1.0)
        return [plain(tick, tick_decimals(step)) + self.behind for tick in ticks]


def tick_decimals(step: float) -> int:
    """Return how many decimals tell neighbouring ticks apart."""
    return next((decimals for decimals in range(4) if abs(step - round(step, decimals)) < step / 100), 4)


def title_width(labels: Iterable[str], across: int) -> int:
    """Return how many characters of a title fit above each of some panels beside the labels of their rows."""
    longest = max((len(line) for label in labels for line in label.splitlines()), default=0)
    return max(MOST_TITLE // 6, int((MOST_TITLE - LABEL_SHARE * longest) / across) - 2)


def clean(axes: Axes, grid: str = "") -> None:
    """Take away tick marks; draw a faint grid along the named axis."""
    axes.tick_params(length=0)
    if grid == "x":
        axes.grid(visible=True, axis="x")
    elif grid == "y":
        axes.grid(visible=True, axis="y")
