"""What must not change a run, does not: junk that earlier cells left, unrelated names, what comes after an exception."""

import pytest

from tests.notebook.corpus import case_names
from tests.notebook.metamorphic import check

SAMPLE = ("10_gradient", "73_pagerank", "125_", "149_")
"""Short cases of different kinds, for each push."""


def chosen(names, parts):
    return [name for name in names if name.startswith(parts)]


@pytest.mark.timeout(600)
def test_a_sample_of_the_corpus_violates_no_relation():
    assert {
        name: texts for name, texts in check(chosen(case_names(), SAMPLE), every=5).items() if texts
    } == {}


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_the_corpus_violates_no_relation():
    assert {name: texts for name, texts in check(case_names()).items() if texts} == {}
