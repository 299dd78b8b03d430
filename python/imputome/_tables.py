"""Arrays and data frames as the library takes them."""

from __future__ import annotations

import json
import numbers
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from . import _core

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

    Covariates: TypeAlias = pd.DataFrame | Mapping[str, ArrayLike]

#: Entries of an array looked at together; ours, a MiB where one takes a byte.
ENTRIES_AT_ONCE = 2**20

#: Companions as they are, or at the quantiles of a source.
Quantiles: TypeAlias = Literal["own", "source"]

#: What scikit-learn takes as ``random_state``.
RandomState: TypeAlias = int | np.random.Generator | np.random.RandomState | None


def seed_of(random_state: RandomState) -> int:
    """A seed of 64 bits from what scikit-learn takes as ``random_state``; ``None`` is 0, as in the program."""
    if random_state is None:
        return 0
    if isinstance(random_state, numbers.Integral):
        if random_state < 0:
            raise ValueError(f"random_state must not be below 0, found {random_state}")
        return int(random_state)
    if isinstance(random_state, np.random.Generator):
        return int(random_state.integers(2**63))
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(2**31))
    raise ValueError(f"random_state must be a whole number, a generator of NumPy or None, found {random_state!r}")


def threads_of(n_jobs: int | None) -> int:
    """Threads from scikit-learn's ``n_jobs``: ``None`` is 1, -1 all processors, -2 all but one."""
    if n_jobs is None:
        return 1
    if n_jobs == 0:
        raise ValueError("n_jobs must not be 0; give 1, or -1 for all processors")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return int(n_jobs) if n_jobs > 0 else max(1, cores + 1 + int(n_jobs))


def specified(method: str, settings: Mapping[str, Any]) -> str:
    """The JSON of a method written as in the program, with further settings by name."""
    return _core.parse(method, json.dumps({name: _plain(value) for name, value in settings.items()}))


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    return value


def at_quantiles(model: _core.Model, asked: Quantiles) -> _core.Model:
    """The model taking companions as asked for."""
    if asked not in ("own", "source"):
        raise ValueError(f"companion_quantiles is 'own' or 'source', found {asked!r}")
    return model if asked == "own" else model.at_quantiles_of_source()


class About:
    """What is known of a table beside its values, checked against its number of rows."""

    def __init__(
        self,
        count: int,
        genes: Iterable[object],
        *,
        samples: list[str] | None = None,
        covariates: Covariates | None = None,
        groups: ArrayLike | None = None,
        companion: ArrayLike | pd.DataFrame | None = None,
        scale: str = "unknown",
    ) -> None:
        self.samples = samples
        self.genes = [str(gene) for gene in genes]
        self.covariates = _covariates(covariates, count)
        self.groups = _groups(groups, count)
        self.companion = _companion(companion, count)
        self.scale = scale


def names_of_rows(table: object) -> list[str] | None:
    """The index of a data frame where it names its rows: text that does not repeat."""
    index = getattr(table, "index", None)
    if index is None or callable(index):
        return None
    names = list(index)
    if not all(isinstance(name, str) for name in names) or len(set(names)) < len(names):
        return None
    return names


def names_of_genes(table: object, count: int) -> list[str]:
    """The columns of a data frame; x0, x1, ... otherwise."""
    columns = getattr(table, "columns", None)
    return [f"x{gene}" for gene in range(count)] if columns is None else [str(name) for name in columns]


def windows(values: NDArray[np.floating]) -> Iterator[NDArray[np.floating]]:
    """The rows of an array, some at a time, so that what is asked of them takes little memory."""
    rows = max(1, ENTRIES_AT_ONCE // max(1, values.shape[1]))
    return (values[first : first + rows] for first in range(0, len(values), rows))


def anywhere(holds: Callable[[NDArray[np.floating]], NDArray[np.bool_]], values: NDArray[np.floating]) -> bool:
    """Whether something holds of any entry; ``holds`` tells it of rows, an entry each."""
    return any(holds(rows).any() for rows in windows(values))


def with_gaps(values: NDArray[np.floating]) -> NDArray[np.intp]:
    """Positions of the genes that have a gap."""
    found = np.zeros(values.shape[1], dtype=bool)
    for rows in windows(values):
        found |= np.isnan(rows).any(axis=0)
    return np.flatnonzero(found)


def values_of(table: Any) -> NDArray[np.floating]:
    """The values of a table, sparse ones whole: of single or double precision."""
    values = np.asarray(table.todense() if hasattr(table, "tocsr") else table)
    return values if values.dtype in (np.float32, np.float64) else values.astype(np.float64)


def _covariates(covariates: Covariates | None, count: int) -> list[tuple[str, list[float | None] | list[str | None]]]:
    """Columns of a data frame (or of a dict of lists): numbers stay numbers, all else is levels."""
    found: list[tuple[str, list[float | None] | list[str | None]]] = []
    columns: Iterable[tuple[Any, Any]] = covariates.items() if covariates is not None else ()
    for name, column in columns:
        values = np.asarray(column)
        if len(values) != count:
            raise ValueError(f"covariate {name!r} has {len(values)} values for {count} samples")
        if values.dtype.kind in "iuf":
            found.append((str(name), [None if np.isnan(value) else float(value) for value in values.astype(float)]))
        else:
            found.append((str(name), [None if is_missing(value) else str(value) for value in values.tolist()]))
    return found


def is_missing(value: object) -> bool:
    """True for what stands for nothing."""
    return value is None or str(value) in ("<NA>", "NaT") or value != value


def _groups(groups: ArrayLike | None, count: int) -> list[str] | None:
    if groups is None:
        return None
    found = [str(group) for group in np.asarray(groups).tolist()]
    if len(found) != count:
        raise ValueError(f"groups has {len(found)} values for {count} samples")
    return found


def _companion(
    companion: ArrayLike | pd.DataFrame | None, count: int
) -> tuple[str, NDArray[np.floating], list[str]] | None:
    if companion is None:
        return None
    values = values_of(companion)
    if values.ndim != 2 or len(values) != count:
        raise ValueError(f"companion must have {count} rows and two axes, found shape {values.shape}")
    columns = getattr(companion, "columns", None)
    features = [f"feature_{i}" for i in range(values.shape[1])] if columns is None else [str(name) for name in columns]
    return ("companion", values, features)
