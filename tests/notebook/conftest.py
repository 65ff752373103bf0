"""What the tests in kernels share."""

import pytest

from tests.notebook.kernel import kernel_in


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """Return a kernel with nbtrack loaded, one for all tests of a file."""
    with kernel_in(tmp_path_factory.mktemp("kernel")) as kernel:
        yield kernel
