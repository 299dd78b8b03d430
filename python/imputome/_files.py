"""Fitted models as bytes, for pickles: those of their files, which are data and no code."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from . import _core

Fitted = TypeVar("Fitted", _core.Model, _core.CellModel)


def bytes_of(model: _core.Model | _core.CellModel) -> bytes:
    """The model's file."""
    with tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder) / "model")
        return (Path(folder) / "model").read_bytes()


def from_bytes(content: bytes, load: Callable[[Path], Fitted]) -> Fitted:
    """The model of this file."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "model").write_bytes(content)
        return load(Path(folder) / "model")
