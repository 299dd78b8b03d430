"""What is known of a table beside its values, as the library takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from . import _tables

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

    from ._tables import Covariates


class About:
    """What is known of a table beside its values.

    What names its rows by text, as the table does, is matched by name and may know more samples; anything else goes by
    position.
    """

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
        self.covariates = _covariates(covariates, samples, count)
        self.groups = _groups(groups, samples, count)
        self.companion = _companion(companion, samples, count)
        self.scale = scale


def _in_order(known: Any, samples: list[str] | None, what: str) -> Any:
    """What is known of some samples, in the order of the table's where both name them."""
    names = None if samples is None else _tables.names_of_rows(known)
    if names is None or names == samples:
        return known
    missing = sorted(set(samples or ()) - set(names))
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise ValueError(
            f"{what} does not know sample {missing[0]!r}{more}; rows go by name, and it has such as {names[0]!r}"
        )
    return known.loc[samples]


def _covariates(
    covariates: Covariates | None, samples: list[str] | None, count: int
) -> list[tuple[str, list[float | None] | list[str | None]]]:
    """Columns of a data frame (or of a dict of lists): numbers stay numbers, all else is levels."""
    found: list[tuple[str, list[float | None] | list[str | None]]] = []
    if covariates is None:
        return found
    if not hasattr(covariates, "items"):
        raise TypeError(f"covariates is a data frame or a dict of columns, found {type(covariates).__name__}")
    for name, column in covariates.items():
        values = np.asarray(_in_order(column, samples, f"covariate {name!r}"))
        if values.ndim != 1:
            raise ValueError(f"covariate {name!r} has shape {values.shape}; give a value per sample")
        if len(values) != count:
            raise ValueError(f"covariate {name!r} has {len(values)} values for {count} samples")
        if values.dtype.kind in "iuf":
            found.append((str(name), [None if np.isnan(value) else float(value) for value in values.astype(float)]))
        else:
            found.append((str(name), [None if _tables.is_missing(value) else str(value) for value in values.tolist()]))
    return found


def _groups(groups: ArrayLike | None, samples: list[str] | None, count: int) -> list[str] | None:
    if groups is None:
        return None
    found = np.asarray(_in_order(groups, samples, "groups")).tolist()
    if not isinstance(found, list) or len(found) != count:
        raise ValueError(f"groups has {np.size(found)} values for {count} samples")
    missing = [row for row, group in enumerate(found) if _tables.is_missing(group)]
    if missing:
        raise ValueError(f"groups has no value for sample {missing[0]}, counted from 0; give it one of its own")
    return [str(group) for group in found]


def _companion(
    companion: ArrayLike | pd.DataFrame | None, samples: list[str] | None, count: int
) -> tuple[str, NDArray[np.floating], list[str]] | None:
    if companion is None:
        return None
    companion = _in_order(companion, samples, "companion")
    values = _tables.values_of(companion, "companion")
    if values.ndim != 2 or len(values) != count:
        raise ValueError(f"companion must have {count} rows and two axes, found shape {values.shape}")
    columns = getattr(companion, "columns", None)
    features = [f"feature_{i}" for i in range(values.shape[1])] if columns is None else [str(name) for name in columns]
    return ("companion", values, features)
