"""The room's public names: functions, whatever was imported before, and nothing heavy until they are used."""

from __future__ import annotations

import importlib
import subprocess
import sys
from types import ModuleType

import pytest

import lutetia.survival as room


@pytest.mark.parametrize("name", room.__all__)
def test_a_public_name_is_never_the_module_of_that_name(name):
    importlib.import_module(f"lutetia.survival.{room._MODULE_OF[name]}")
    assert not isinstance(getattr(room, name), ModuleType)


def test_importing_the_room_is_light():
    code = "import sys, lutetia.survival; print(sorted({'numpy', 'scipy', 'numba'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.strip() == "[]"


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'median_of_medians'"):
        _ = room.median_of_medians
