"""What the tests of the API share."""

import pytest
from pytest_django.fixtures import Settings


@pytest.fixture(autouse=True)
def _only_the_api(settings: Settings) -> None:
    """The API stands without pages."""
    settings.ROOT_URLCONF = "tests.api.urls"
    settings.MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
