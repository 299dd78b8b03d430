"""Work shared out among the workers of a Dask cluster, to the same bytes."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from . import _core, _tables
from ._estimator import begun_model
from ._progress import Bar, Conditions, shared_out

if TYPE_CHECKING:
    from collections.abc import Iterator

    from distributed import Client, Future

    from ._estimator import Imputer
    from ._tables import Quantiles

    Kind = TypeVar("Kind", bound=Imputer)

#: Seconds between looks at what has come.
_AWAKE = 0.02

#: Tasks on their way at once for each thread of the cluster, so that none waits for the next.
_AHEAD = 4

#: Bytes of a task beyond which it goes to its worker past the scheduler.
_LARGE = 1 << 20

#: How often tasks may be lost with their workers, each task and all together, before that is taken for an error.
_LOSSES = 10


@contextmanager
def workers(client: Client, *, folder: str | os.PathLike[str] | None = None) -> Iterator[None]:
    """Inside ``with workers(client):`` what can be computed apart is computed by the workers of ``client``.

    That is: networks of DeepImpute, genes of MissForest and of Mice in its faithful form (as many at once as its
    setting ``block`` says), methods in trials of :func:`imputome.tl.evaluate` on tables, cohorts of
    :func:`fit_cohorts`. Every task gives the same bytes wherever and however often it is computed. One that is lost
    with its worker is computed again by another, and the end is to the bit that of one process. All workers need the
    same version of imputome; a task takes one thread.

    Parameters
    ----------
    client : distributed.Client
        The cluster.
    folder : path, optional
        A folder that this process and all workers see. Data then pass through it instead of being sent, and outcomes
        are kept in it: a program that was stopped computes, when it is run again, only what is not there. It may be
        deleted at the end.
    """
    with shared_out(_Crew(client, None if folder is None else Path(folder).absolute())):
        yield


def fit_cohorts(
    estimator: Kind,
    cohorts: Mapping[str, Any],
    *,
    start: Kind | None = None,
    companion_quantiles: Quantiles = "own",
) -> dict[str, Kind]:
    """A copy of ``estimator`` fitted to each of several cohorts, each a task inside :func:`workers`.

    Parameters
    ----------
    estimator : Imputer
        Stays as it is.
    cohorts : dict
        By name what ``fit`` takes: a table, or a dict of ``X`` and any of ``covariates``, ``groups`` and ``companion``.
    start : Imputer, optional
        A fitted estimator of the same method from where each of them begins (transfer learning).
    companion_quantiles : 'own' or 'source'
        As in ``fit``.

    Returns
    -------
    dict of str to Imputer
    """
    if companion_quantiles not in ("own", "source"):
        raise ValueError(f"companion_quantiles is 'own' or 'source', found {companion_quantiles!r}")
    given = [cohort if isinstance(cohort, Mapping) else {"X": cohort} for cohort in cohorts.values()]
    begun = [_begun(estimator, **cohort) for cohort in given]
    with Bar(estimator.verbose) as bar:
        conditions = Conditions(_tables.seed_of(estimator.random_state), _tables.threads_of(estimator.n_jobs), bar)
        models = _core.fit_cohorts(
            estimator._specified(),
            [table for _, _, table in begun],
            None if start is None else begun_model(start, companion_quantiles),
            companion_quantiles == "source",
            conditions,
        )
    fitted = [
        _ended(copy, values, model, conditions.seed) for (copy, values, _), model in zip(begun, models, strict=True)
    ]
    return dict(zip(cohorts, fitted, strict=True))


def _begun(
    estimator: Kind, X: Any, *, covariates: Any = None, groups: Any = None, companion: Any = None
) -> tuple[Kind, Any, _core.Table]:
    """A copy of the estimator, and a cohort as it and as the library take it."""
    copy = type(estimator)(**estimator.get_params(deep=False))
    values = copy._validated(X, reset=True)
    return copy, values, _core.Table(values, copy._about(X, values, covariates, groups, companion))


def _ended(copy: Kind, values: Any, model: _core.Model, seed: int) -> Kind:
    """The copy, fitted."""
    copy.model_, copy.seed_, copy.remarks_ = model, seed, model.remarks()
    copy.indicated_ = _tables.with_gaps(values) if copy.add_indicator else np.array([], dtype=np.intp)
    return copy


class _Crew:
    """What the library sees of a cluster."""

    def __init__(self, client: Client, folder: Path | None) -> None:
        if not hasattr(client, "scatter"):
            raise TypeError(f"workers are reached through a distributed.Client, found {client!r}")
        if client.asynchronous:
            raise ValueError("the client is asynchronous; give one that waits: Client(..., asynchronous=False)")
        self.client, self.folder = client, folder
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)

    def carry_out(self, part: str, common: bytes, tasks: list[bytes]) -> Iterator[tuple[int, bytes] | None]:
        """Numbers of tasks and their outcomes as they come, and ``None`` now and then."""
        about = hashlib.sha256(f"{_core.__version__} {part} ".encode() + common).hexdigest()
        names = [f"{part.replace('/', '-')}-{hashlib.sha256(about.encode() + task).hexdigest()}" for task in tasks]
        waiting = []
        for number, name in enumerate(names):
            known = None if self.folder is None else _kept(self.folder / name)
            if known is None:
                waiting.append(number)
            else:
                yield number, known
        if waiting:
            sent = _Sent(self, part, common, about)
            try:
                yield from sent.outcomes(tasks, names, waiting)
            finally:
                sent.end()


class _Sent:
    """Tasks on their way, and the data that all of them need."""

    def __init__(self, crew: _Crew, part: str, common: bytes, about: str) -> None:
        self.client, self.folder, self.part = crew.client, crew.folder, part
        self.common, self.about = common, about
        self.futures: dict[Future, int] = {}
        self.losses = 0
        self._place()

    def _place(self) -> None:
        """Brings the common data to where every worker finds them."""
        if self.folder is None:
            self.where: Any = self.client.scatter(self.common, broadcast=True, hash=False)
        else:
            self.where = self.folder / f"common-{self.about}"
            if not self.where.exists():
                _keep(self.where, self.common)

    def outcomes(self, tasks: list[bytes], names: list[str], waiting: list[int]) -> Iterator[tuple[int, bytes] | None]:
        waiting = waiting[::-1]
        while waiting or self.futures:
            room = _AHEAD * max(1, sum(self.client.nthreads().values()))
            while waiting and len(self.futures) < room:
                number = waiting.pop()
                self.futures[self._submitted(tasks[number], names[number])] = number
            done = [future for future in self.futures if future.done()]
            for future in done:
                number = self.futures.pop(future)
                outcome = self._outcome(future)
                if outcome is None:
                    waiting.append(number)
                else:
                    yield number, outcome
            if not done:
                time.sleep(_AWAKE)
                yield None

    def _submitted(self, task: Any, name: str) -> Future:
        if len(task) > _LARGE:
            task = self.client.scatter(task, hash=False)
        arguments = (_core.__version__, self.part, self.where, task, self.folder, name)
        # A key of its own: a task that was lost is not what the scheduler remembers of it.
        return self.client.submit(_computed, *arguments, key=f"{name}-{time.monotonic_ns()}")

    def _outcome(self, future: Future) -> bytes | None:
        """Nothing where it was lost with its worker."""
        if future.status == "finished":
            outcome: bytes = future.result()
            return outcome
        error = future.exception() if future.status == "error" else None
        if error is not None and type(error).__name__ not in ("KilledWorker", "FutureCancelledError"):
            raise error
        self.losses += 1
        if self.losses > _LOSSES:
            raise RuntimeError(
                f"{self.losses} tasks of {self.part} were lost with their workers: do these have the memory?"
            )
        self._place()
        return None

    def end(self) -> None:
        """Takes back what is still on its way, and data that nobody needs any more."""
        if self.futures:
            self.client.cancel(list(self.futures))
        if self.folder is not None:
            self.where.unlink(missing_ok=True)


class _Quiet:
    """Progress that nobody sees."""

    def step(self, name: str, done: int, total: int, note: str) -> None: ...
    def warn(self, message: str) -> None: ...


def _computed(version: str, part: str, where: Any, task: bytes, folder: Path | None, name: str) -> bytes:
    """What runs on a worker."""
    if version != _core.__version__:
        raise RuntimeError(f"this worker has imputome {_core.__version__}, and the program has {version}")
    known = None if folder is None else _kept(folder / name)
    if known is not None:
        return known
    common = _read(where) if isinstance(where, Path) else where
    outcome = _core.carry_out(part, common, task, Conditions(0, 1, _Quiet()))
    if folder is not None:
        _keep(folder / name, outcome)
    return outcome


@lru_cache(maxsize=1)
def _read(file: Path) -> bytes:
    return file.read_bytes()


def _kept(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None


def _keep(file: Path, content: bytes) -> None:
    """Writes a file that is whole or not there."""
    with tempfile.NamedTemporaryFile(dir=file.parent, prefix="unfinished-", delete=False) as unfinished:
        unfinished.write(content)
    os.replace(unfinished.name, file)


__all__ = ["fit_cohorts", "workers"]
