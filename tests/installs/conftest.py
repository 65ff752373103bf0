"""What the tests of installs share: one wheel."""

import pytest

from tests.installs.environments import built


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """Return nbtrack's wheel, as it is built from this checkout."""
    return built(tmp_path_factory.mktemp("wheel"))
