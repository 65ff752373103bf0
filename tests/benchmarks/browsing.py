"""Widgets in notebooks of a real JupyterLab, and what is timed in their pages."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.benchmarks.harness import Samples
    from tests.browser.lab import Lab, Notebook

__all__ = ["Browsing", "browsing"]

_PANEL = ".nbtrack-panel"
_BARE = ".bare"
_START = "import nbtrack, random\nnbtrack.set_store({store!r})"
_SHOW_BARE = '''
import anywidget, traitlets

class Bare(anywidget.AnyWidget):
    """What any widget costs here."""

    _esm = """
    function table(el, rows) {
      const place = document.createElement("div");
      place.className = "bare-rows";
      place.append(...rows.map((row) => {
        const line = document.createElement("div");
        line.append(...row.map((text) => {
          const cell = document.createElement("span");
          cell.textContent = text;
          return cell;
        }));
        return line;
      }));
      el.querySelector(".bare-rows")?.remove();
      el.append(place);
    }
    function chart(el, lines) {
      const canvas = el.querySelector("canvas");
      const pen = canvas.getContext("2d");
      pen.clearRect(0, 0, 800, 400);
      for (const line of lines) {
        pen.beginPath();
        line.forEach((y, x) => pen.lineTo(x * 2, y * 400));
        pen.stroke();
      }
    }
    export default { render({ model, el }) {
      el.className = "bare";
      const [box, button, canvas] = ["input", "button", "canvas"].map((tag) => document.createElement(tag));
      Object.assign(canvas, { width: 800, height: 400 });
      el.append(box, button, canvas);
      table(el, model.get("rows"));
      box.addEventListener("input", () => model.send("rows"));
      button.addEventListener("click", () => model.send("lines"));
      model.on("msg:custom", ({ rows, lines }) => rows ? table(el, rows) : chart(el, lines));
    } };
    """
    rows = traitlets.List().tag(sync=True)

def answer(widget, kind, _buffers):
    widget.send({kind: rows if kind == "rows" else lines})

rows = [[f"{row * 40 + column}" for column in range(40)] for row in range(40)]
lines = [[random.random() for _ in range(400)] for _ in range(100)]
bare = Bare(rows=rows)
bare.on_msg(answer)
bare
'''

_LONG = "import time\nwhile True:\n    time.sleep(0.02)"
_ANOTHER = """
import sys, nbtrack
nbtrack.set_store(sys.argv[1])
with nbtrack.start_run(run_name="from elsewhere"):
    nbtrack.log_metric("rmse", 9.5)
"""

# What is timed ends when it is painted: a message that is sent within a frame arrives after its painting.
_BENCH = """() => {
  const channel = new MessageChannel();
  const waiting = [];
  channel.port1.onmessage = () => waiting.splice(0).forEach((act) => act());
  const soon = (act) => { waiting.push(act); channel.port2.postMessage(0); };
  let painting = false;
  const frame = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (act) => frame((now) => {
    if (!painting) { painting = true; soon(() => { painting = false; }); }
    act(now);
  });
  const painted = () => new Promise((done) => {
    const told = () => soon(() => done(performance.now()));
    painting ? told() : window.requestAnimationFrame(told);
  });
  window.bench = {
    at: 0,
    strokes: {},
    until(there) {
      this.ended = new Promise((done, failed) => {
        setTimeout(() => failed(new Error(`not seen in 30 s: ${there}`)), 30000);
        const look = () => { if (there()) { seen.disconnect(); frames = false; painted().then(done); } };
        let frames = true;
        const seen = new MutationObserver(look);
        seen.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
        const again = () => { if (frames) { look(); frame(again); } };
        frame(again);
      });
    },
    filled(root) {
      const grid = root?.querySelector('[role="grid"]');
      if (!grid) return false;
      const total = Number(grid.getAttribute("aria-rowcount")) - 1;
      const first = Math.floor(grid.scrollTop / 28);
      const rows = new Map([...grid.querySelectorAll(".nbtrack-panel-row:not([hidden])")].map((r) => [Number(r.dataset.index), r]));
      for (let index = first; index < Math.min(total, first + 14); index += 1) {
        const row = rows.get(index);
        if (!row || row.querySelector(".nbtrack-panel-lacking") || row.textContent === "") return false;
      }
      return total > 0;
    },
  };
  const stroke = CanvasRenderingContext2D.prototype.stroke;
  CanvasRenderingContext2D.prototype.stroke = function (...parts) {
    bench.strokes[this.canvas.closest(".bare") ? "bare" : "nbtrack"] += 1;
    stroke.apply(this, parts);
  };
  for (const kind of ["keydown", "click", "change"]) {
    window.addEventListener(kind, (event) => { bench.at = event.timeStamp; }, true);
  }
}"""


@contextmanager
def browsing() -> Iterator[Browsing]:
    from playwright.sync_api import sync_playwright

    from tests.browser.lab import Lab, find_chromium

    folder = Path("lab")
    folder.mkdir()
    lab = Lab(folder.resolve())
    try:
        with sync_playwright() as playwright:
            flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
            chromium = playwright.chromium.launch(executable_path=find_chromium(), args=flags)
            yield Browsing(lab, chromium)
            chromium.close()
    finally:
        lab.close()


class Browsing:
    """Notebooks with a panel, or with the bare widget, each opened anew: a fresh kernel and a fresh page."""

    def __init__(self, lab: Lab, chromium: Any) -> None:
        self._lab = lab
        self._chromium = chromium
        self._count = 0

    @contextmanager
    def _notebook(self) -> Iterator[_Page]:
        self._count += 1
        name = f"bench-{self._count}.ipynb"
        start = _START.format(store=str(Path(".nbtrack").resolve()))
        self._lab.put(name, [start, "nbtrack.panel()", _SHOW_BARE, _LONG])
        with self._lab.opened(self._chromium, name) as notebook:
            notebook.run(0)
            notebook.page.evaluate(_BENCH)
            yield _Page(notebook)

    def opened(self, samples: Samples, row: str, size_row: str | None, repeats: int) -> None:
        """Measure from the key that runs a cell to what it shows, and the bytes that came until all is there."""
        for number in range(repeats):
            for side in sorted(("nbtrack", "bare"), reverse=number % 2 == 0):
                with self._notebook() as page:
                    taken, size = page.opened(side)
                    _add(samples, row, side, taken)
                    if size_row is not None:
                        _add(samples, size_row, side, size / 1e3)

    def typed(self, samples: Samples, row: str, repeats: int) -> None:
        """Measure from a key in the filter's box to the rows that it brings."""
        with self._notebook() as page:
            page.opened("nbtrack")
            page.opened("bare")
            for text in ("metrics.rmse < 0.5", "params.lr < 0.00", "metrics.rmse < 0.8 and params.depth < 1"):
                page.prepare(text)
                for number in range(-1, repeats // 2):
                    ours = page.key("nbtrack", "Backspace" if number % 2 == 0 else "3")
                    bare = page.key("bare", "3")
                    if number >= 0:
                        _add(samples, row, "nbtrack", ours)
                        _add(samples, row, "bare", bare)

    def typed_meanwhile(self, samples: Samples, row: str, repeats: int) -> None:
        """Measure from a key in the filter's box to the rows that it brings, while the kernel runs a cell."""
        with self._notebook() as page:
            page.opened("nbtrack")
            page.prepare("metrics.rmse < 0.5")
            page.notebook.run(3, wait=False)
            page.page.wait_for_timeout(1_000)
            for number in range(-1, repeats):
                taken = page.key("nbtrack", "Backspace" if number % 2 == 0 else "3")
                if number >= 0:
                    _add(samples, row, "nbtrack", taken)

    def told(self, samples: Samples, row: str, repeats: int) -> None:
        """Measure from the end of another process, which logged a run, to when it is told of."""
        with self._notebook() as page:
            page.opened("nbtrack")
            for _ in range(repeats):
                _add(samples, row, "nbtrack", page.told())

    def axes(self, samples: Samples, row: str, repeats: int) -> None:
        """Measure from the tab to the lines of the runs along their params and metrics."""
        for _ in range(repeats):
            with self._notebook() as page:
                page.opened("nbtrack")
                _add(samples, row, "nbtrack", page.axes())

    def jumped(self, samples: Samples, row: str, repeats: int) -> None:
        """Measure from a jump of the scroll bar to the rows at its new place."""
        with self._notebook() as page:
            page.opened("nbtrack")
            page.opened("bare")
            for number in range(-1, repeats):
                ours, bare = page.jump((number * 0.37 + 0.6) % 1), page.key("bare", "3")
                if number >= 0:
                    _add(samples, row, "nbtrack", ours)
                    _add(samples, row, "bare", bare)

    def drawn(self, samples: Samples, repeats: int) -> None:
        """Measure from the tab, and from the choice of another metric, to the curves."""
        for _ in range(repeats):
            with self._notebook() as page:
                page.opened("bare")
                page.opened("nbtrack")
                _add(samples, "chart_first", "nbtrack", page.chart("nbtrack"))
                _add(samples, "chart_first", "bare", page.chart("bare"))
                for metric in ("val_loss", "loss", "val_loss"):
                    _add(samples, "chart_next", "nbtrack", page.chart("nbtrack", metric))
                    _add(samples, "chart_next", "bare", page.chart("bare"))


class _Page:
    """A notebook's page, in which it is timed what a user does."""

    def __init__(self, notebook: Notebook) -> None:
        self.notebook = notebook
        self.page = notebook.page
        self.page.set_default_timeout(60_000)
        self.received = 0
        # The socket is there already; of its frames only a debugger's session still hears.
        session = self.page.context.new_cdp_session(self.page)
        session.send("Network.enable")
        session.on("Network.webSocketFrameReceived", self._hear)

    def _hear(self, event: Any) -> None:
        frame = event["response"]
        # Binary frames are told as base64.
        length = len(frame["payloadData"])
        self.received += length * 3 // 4 if frame["opcode"] == 2 else length

    def _until(self, there: str) -> None:
        self.page.evaluate(f"() => {{ bench.until(() => {there}); }}")

    def _taken(self) -> float:
        return float(self.page.evaluate("async () => (await bench.ended) - bench.at"))

    def opened(self, side: str) -> tuple[float, int]:
        """Run the cell that shows a widget; return the milliseconds and the bytes until it was there."""
        page = self.page
        mine = side == "nbtrack"
        self._until(f"bench.filled(document.querySelector('{_PANEL}'))" if mine else
                    f"document.querySelectorAll('{_BARE} span').length === 1600")  # fmt: skip
        self.received = 0
        self.notebook.run(1 if mine else 2, wait=False)
        taken = self._taken()
        page.wait_for_timeout(1_500)
        return taken, self.received

    def prepare(self, text: str) -> None:
        """Put a filter into the panel's box."""
        box = self.page.get_by_role("combobox", name="Filter runs")
        box.fill(text)
        self.page.wait_for_timeout(1_000)

    def key(self, side: str, key: str) -> float:
        """Press a key in a widget's box."""
        page = self.page
        if side == "nbtrack":
            box = page.get_by_role("combobox", name="Filter runs")
            self._until_total()
        else:
            box = page.locator(f"{_BARE} input")
            page.evaluate(f"() => {{ bench.before = document.querySelector('{_BARE}-rows'); }}")
            self._until(f"document.querySelector('{_BARE}-rows') !== bench.before")
        box.focus()
        page.keyboard.press("End")
        page.keyboard.press(key)
        taken = self._taken()
        # As one types: what else the key brings comes meanwhile.
        page.wait_for_timeout(250)
        return taken

    def _until_total(self) -> None:
        total = f"document.querySelector('{_PANEL}-total').textContent"
        self.page.evaluate(f"() => {{ bench.before = {total}; }}")
        self._until(f"{total} !== bench.before")

    def told(self) -> float:
        """Have another process log a run."""
        self._until_total()
        subprocess.run([sys.executable, "-c", _ANOTHER, str(Path(".nbtrack").resolve())], check=True)
        self.page.evaluate("() => { bench.at = performance.now(); }")
        # It may be told of before the process has ended.
        return max(0.0, self._taken())

    def axes(self) -> float:
        """Ask for the charts, of which parallel coordinates are the first."""
        shown = f"{_PANEL} [role=tabpanel]:not([hidden]) .nbtrack-panel-document:not([aria-busy]) canvas"
        self._until(f"document.querySelector('{shown}')")
        self.page.locator(_PANEL).get_by_role("tab", name="Charts", exact=True).click()
        return self._taken()

    def jump(self, part: float) -> float:
        """Put the panel's scroll bar elsewhere."""
        page = self.page
        page.evaluate(
            "(part) => { const root = document.querySelector('.nbtrack-panel');"
            " const grid = root.querySelector('[role=\"grid\"]'); bench.at = performance.now();"
            " grid.scrollTop = Math.floor(part * (grid.scrollHeight - grid.clientHeight) / 28) * 28;"
            " bench.until(() => bench.filled(root)); }",
            part,
        )
        taken = self._taken()
        page.wait_for_timeout(250)
        return taken

    def chart(self, side: str, metric: str | None = None) -> float:
        """Ask for curves: by the tab, or by another metric."""
        page = self.page
        page.evaluate("() => { bench.strokes = { nbtrack: 0, bare: 0 }; }")
        self._until(f"bench.strokes.{side} >= 100")
        if side == "bare":
            page.locator(f"{_BARE} button").click()
        elif metric is None:
            page.locator(_PANEL).get_by_role("tab", name="Curves", exact=True).click()
        else:
            page.locator(_PANEL).get_by_label("Metric", exact=True).select_option(metric)
        taken = self._taken()
        page.wait_for_timeout(500)
        return taken


def _add(samples: Samples, row: str, side: str, value: float) -> None:
    samples.setdefault(row, {}).setdefault(side, []).append(value)
