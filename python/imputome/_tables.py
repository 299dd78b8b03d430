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
    from collections.abc import Callable, Iterator

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
        if not 0 <= int(random_state) < 2**64:
            raise ValueError(f"random_state must be from 0 to 2**64 - 1, found {random_state}")
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
    if not isinstance(n_jobs, numbers.Integral) or n_jobs == 0:
        raise ValueError(f"n_jobs is a whole number but 0: 1, or -1 for all processors; found {n_jobs!r}")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    # More threads than processors help nobody.
    return min(int(n_jobs), cores) if n_jobs > 0 else max(1, cores + 1 + int(n_jobs))


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


def values_of(table: Any, what: str = "the table") -> NDArray[np.floating]:
    """The values of a table, sparse ones whole: of single or double precision. Refused where they are no numbers or not
    finite; gaps are NaN, whatever pandas has for them."""
    if isinstance(table, np.ma.MaskedArray):
        table = np.where(np.ma.getmaskarray(table), np.nan, np.ma.getdata(table))
    values = np.asarray(table.todense() if hasattr(table, "tocsr") else table)
    try:
        if values.dtype == object and hasattr(table, "iloc"):
            values = table.to_numpy(dtype=np.float64, na_value=np.nan)
        if values.dtype not in (np.float32, np.float64):
            values = values.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{what} must hold numbers, and gaps as NaN: {error}") from None
    if values.ndim == 2 and anywhere(np.isinf, values):
        raise ValueError(f"{what} holds infinity; gaps are NaN")
    return values


def is_missing(value: object) -> bool:
    """True for what stands for nothing."""
    return value is None or str(value) in ("<NA>", "NaT") or value != value
