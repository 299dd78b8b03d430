"""Models from files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import _core
from ._cells import CellModel
from ._estimator import of_model

if TYPE_CHECKING:
    from os import PathLike


def load(path: str | PathLike[str]) -> Any:
    """What was saved in a model file, here, in Rust or by the program.

    Returns
    -------
    Imputer or CellModel
        The fitted estimator; for a file that was learned from counts of single cells, the model of cells.
    """
    path = Path(path)
    return CellModel(_core.CellModel.load(path)) if _core.is_of_cells(path) else of_model(_core.Model.load(path))
