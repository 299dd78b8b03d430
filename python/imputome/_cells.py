"""DeepImpute after it has learned from counts of single cells."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import _core, _files

if TYPE_CHECKING:
    from os import PathLike


class CellModel:
    """DeepImpute after it has learned from counts of single cells, for ``pp.impute(adata, model=...)``.

    Made by :func:`imputome.pp.fit` and :func:`imputome.load`. It can be pickled.
    """

    def __init__(self, model: _core.CellModel) -> None:
        self.model_ = model

    @property
    def genes(self) -> list[str]:
        """Names of the genes learned from; those of other cells are matched by name."""
        return self.model_.genes()

    @property
    def remarks(self) -> list[str]:
        """What there is to know about the fit."""
        return self.model_.remarks()

    def settings(self) -> dict[str, Any]:
        """The settings it learned with, by name."""
        settings = json.loads(self.model_.method())
        del settings["name"]
        return settings

    def save(self, path: str | PathLike[str]) -> None:
        """Writes the model: data and no code, read by :func:`imputome.load`, in Rust and by the program."""
        self.model_.save(Path(path))

    def __repr__(self) -> str:
        return f"CellModel(deepimpute, {len(self.genes)} genes)"

    def __getstate__(self) -> dict[str, Any]:
        return {"model_": _files.bytes_of(self.model_)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.model_ = _files.from_bytes(state["model_"], _core.CellModel.load)
