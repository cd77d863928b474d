"""What every test may ask for by name."""

from hypothesis import settings

from tests import effort

settings.register_profile("effort", max_examples=effort.examples())
settings.load_profile("effort")

pytest_plugins = [
    "tests.servers",
    "tests.databases",
    "tests.buses",
    "tests.following",
    "tests.writers",
    "tests.starting",
]
