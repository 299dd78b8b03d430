"""Progress of long work: a bar of tqdm where it is installed, in terminals and notebooks alike."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterator


class Bar:
    """Told by the library how far it is. ``shown`` false draws nothing; warnings are warned of in any case."""

    def __init__(self, shown: bool) -> None:
        self._make = _tqdm() if shown else None
        self._bar: Any = None
        self._name: str | None = None

    def step(self, name: str, done: int, total: int, note: str) -> None:
        """``done`` of ``total`` units of a step are done; a total of 0 is one that is not known."""
        if self._make is None:
            return
        if self._bar is None or name != self._name or self._bar.total != (total or None):
            self.close()
            self._name, self._bar = name, self._make(total=total or None, desc=name, leave=False)
        self._bar.n = done
        self._bar.set_postfix_str(note, refresh=False)
        self._bar.refresh()

    def warn(self, message: str) -> None:
        """Something the user should know now."""
        warnings.warn(message, stacklevel=4)

    def close(self) -> None:
        """Takes the bar away."""
        if self._bar is not None:
            self._bar.close()
        self._bar = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


class Conditions:
    """How a piece of work is run: seed, threads, who is told of progress, and who computes parts of it elsewhere."""

    def __init__(self, seed: int, threads: int, progress: Any) -> None:
        self.seed, self.threads, self.progress = seed, threads, progress
        self.workers = _crew.get()


#: Who computes parts of the work elsewhere, here and now.
_crew: ContextVar[Any] = ContextVar("crew", default=None)


@contextmanager
def shared_out(crew: Any) -> Iterator[None]:
    """Inside, parts of the work are computed by ``crew``."""
    before = _crew.set(crew)
    try:
        yield
    finally:
        _crew.reset(before)


def _tqdm() -> Any:
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return None
    return tqdm
