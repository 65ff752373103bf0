"""The line under a cell while a loop runs: its curves as pictures, and as blocks where only text is shown."""

import math
import xml.etree.ElementTree as ET

from nbtrack.recording.progress import Progress, drawn, spark


def test_a_curve_is_a_small_picture_that_breaks_where_there_is_no_value():
    picture = ET.fromstring(drawn([3.0, 1.0, math.nan, 2.0, 2.5], "a 'loss' <b>"))
    assert picture.get("aria-label") == "curve of a 'loss' <b>"
    path = picture[0].get("d")
    assert path.count("M") == 2
    assert path.startswith("M2.0 2.0L31.0 16.0M"), "the highest is above, the lowest below"
    assert "nan" not in drawn([1.7e308, -1.7e308, 0.0], "huge")
    assert drawn([math.nan, 1.0], "one") == drawn([], "none") == ""
    assert "M2.0 9.0L" in drawn([5.0, 5.0], "flat")
    assert len(drawn([float(k % 7) for k in range(100_000)], "long")) < 1_500


def test_the_line_has_both_and_is_updated_in_place():
    said = []
    line = Progress(lambda data, *_, **more: said.append((data, more["update"])), lambda: 1_200, {})
    line.end()
    assert said == [], "a short loop has none"
    line.add("loss", [4.0, 2.0, 1.0])
    line.show()
    line.add("loss", [0.5])
    line.end()
    (first, anew), (last, update) = said
    assert (anew, update) == (False, True)
    assert first["text/plain"].endswith(f"loss 1 {spark([4.0, 2.0, 1.0])}")
    assert "1,200 iterations" in last["text/html"]
    assert "<b>0.5</b>&nbsp;<svg" in last["text/html"]
