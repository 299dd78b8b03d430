from os import PathLike
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__version__: str
UNNAMED_FOR_CELLS: str

class _Progress(Protocol):
    def step(self, name: str, done: int, total: int, note: str) -> None: ...
    def warn(self, message: str) -> None: ...

class _Conditions(Protocol):
    seed: int
    threads: int
    progress: _Progress

class _About(Protocol):
    samples: list[str] | None
    genes: list[str]
    covariates: list[tuple[str, list[float | None] | list[str | None]]]
    groups: list[str] | None
    companion: tuple[str, NDArray[np.floating], list[str]] | None
    scale: str

def catalog() -> str: ...
def parse(text: str, settings: str = "{}") -> str: ...
def preset(method: str, preset: str) -> str: ...
def evaluate(
    name: str, table: Table, methods: list[tuple[str, str]], experiment: str, conditions: _Conditions
) -> tuple[str, str, str]: ...

class Table:
    def __init__(self, values: NDArray[np.floating], about: _About) -> None: ...
    def unnamed(self) -> str: ...

class Known:
    def __init__(self, values: NDArray[np.floating], about: _About) -> None: ...

class Filled:
    values: NDArray[np.float32] | None
    spread: NDArray[np.float32] | None
    filled: int
    left: int
    remarks: list[str]

class Model:
    @staticmethod
    def fit(method: str, table: Table, conditions: _Conditions) -> Model: ...
    @staticmethod
    def fit_lent(method: str, values: NDArray[np.floating], known: Known, conditions: _Conditions) -> Model: ...
    def impute(self, table: Table, conditions: _Conditions) -> Filled: ...
    def fill(
        self, place: NDArray[np.floating], known: Known, conditions: _Conditions, entries: int | None = ...
    ) -> Filled: ...
    def genes(self) -> list[str]: ...
    def remarks(self) -> list[str]: ...
    def method(self) -> str: ...
    def save(self, path: str | PathLike[str]) -> None: ...
    @staticmethod
    def load(path: str | PathLike[str]) -> Model: ...

class Cells:
    def __init__(
        self,
        cells: list[str],
        genes: list[str],
        starts: NDArray[np.int64],
        columns: NDArray[np.int32],
        values: NDArray[np.float32],
    ) -> None: ...

class ImputedCells:
    starts: NDArray[np.int64]
    columns: NDArray[np.int32]
    values: NDArray[np.float32]
    filled_of_cells: list[int]
    filled_of_genes: list[int]
    imputed: list[bool]
    left_out: list[str]
    refused: int

class CellModel:
    @staticmethod
    def fit(method: str, cells: Cells, conditions: _Conditions) -> CellModel: ...
    def impute(self, cells: Cells, policy: str, conditions: _Conditions) -> ImputedCells: ...
    def remarks(self) -> list[str]: ...
    def save(self, path: str | PathLike[str]) -> None: ...
    @staticmethod
    def load(path: str | PathLike[str]) -> CellModel: ...
