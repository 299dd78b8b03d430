"""Work shared out among the workers of a Dask cluster, to the same bytes."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from . import _core, _tables
from ._estimator import Imputer, begun_model
from ._progress import Bar, Conditions, shared_out
from ._sklearn import clone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from distributed import Client, Future

    from ._tables import Quantiles

    Kind = TypeVar("Kind", bound=Imputer)

#: Seconds between looks at what has come.
_AWAKE = 0.02

#: Tasks on their way at once for each thread of the cluster, so that none waits for the next.
_AHEAD = 4

#: Bytes of a task beyond which it goes to its worker past the scheduler.
_LARGE = 1 << 20

#: How often a task may be lost with its worker before that is taken for an error of the task.
_LOSSES = 10

#: Seconds to wait for workers to take the common data before it is tried again.
_PATIENCE = 5

#: What a scheduler says of a task that was lost with its worker, and not because of an error of its own.
_LOST = ("KilledWorker", "FutureCancelledError", "CancelledError", "CommClosedError", "FileNotFoundError")


@contextmanager
def workers(client: Client, *, folder: str | os.PathLike[str] | None = None) -> Iterator[None]:
    """Inside ``with workers(client):`` what can be computed apart is computed by the workers of ``client``.

    That is: networks of DeepImpute, genes of MissForest and of Mice in its faithful form (as many at once as its
    setting ``block`` says), methods in trials of :func:`imputome.tl.evaluate` on tables, cohorts of
    :func:`fit_cohorts`. Every task gives the same bytes wherever and however often it is computed. One that is lost
    with its worker is computed again by another, and the end is to the bit that of one process. All workers need the
    same version of imputome; a task takes one thread. While there is no worker, tasks wait for one. Threads that are
    started inside do not see the cluster.

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
    if not isinstance(estimator, Imputer):
        raise TypeError(f"expected an estimator, found {estimator!r}")
    if not isinstance(cohorts, Mapping):
        raise TypeError(f"cohorts is a dict of tables by name, found {type(cohorts).__name__}")
    begun = [_begun(estimator, name, cohort) for name, cohort in cohorts.items()]
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


def _begun(estimator: Kind, name: str, cohort: Any) -> tuple[Kind, Any, _core.Table]:
    """A copy of the estimator, and a cohort as it and as the library take it."""
    given = cohort if isinstance(cohort, Mapping) else {"X": cohort}
    if "X" not in given or not given.keys() <= {"X", "covariates", "groups", "companion"}:
        raise ValueError(f"cohort {name!r} has {', '.join(map(str, given))}; give X, covariates, groups, companion")
    copy = clone(estimator)
    try:
        values = copy._validated(given["X"], reset=True)
        beside = [given.get(what) for what in ("covariates", "groups", "companion")]
        return copy, values, _core.Table(values, copy._about(given["X"], values, *beside))
    except ValueError as refusal:
        raise ValueError(f"cohort {name!r}: {refusal}") from refusal


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
        if client.status != "running":
            raise ValueError(f"the client is {client.status}; open one: Client(...)")
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
        self.losses: Counter[int] = Counter()
        self.where: Any = None

    def outcomes(self, tasks: list[bytes], names: list[str], waiting: list[int]) -> Iterator[tuple[int, bytes] | None]:
        waiting = waiting[::-1]
        while waiting or self.futures:
            self._send(tasks, names, waiting)
            done = [future for future in self.futures if future.done()]
            lost = []
            for future in done:
                number = self.futures.pop(future)
                outcome = _outcome(future)
                if outcome is None:
                    lost.append(number)
                else:
                    yield number, outcome
            if lost:
                self._again(lost)
                waiting += lost
            if not done or lost:
                time.sleep(_AWAKE)
                yield None

    def _send(self, tasks: list[bytes], names: list[str], waiting: list[int]) -> None:
        """Sends tasks until each thread of the cluster has some ahead; none while there is no worker."""
        threads = sum(self.client.nthreads().values()) if waiting else 0
        if threads and self.where is None:
            self._place()
        while waiting and self.where is not None and len(self.futures) < _AHEAD * threads:
            number = waiting.pop()
            self.futures[self._submitted(tasks[number], names[number])] = number

    def _place(self) -> None:
        """Brings the common data to where every worker finds them."""
        if self.folder is not None:
            self.where = self.folder / f"common-{self.about}"
            if _kept(self.where) is None:
                _keep(self.where, self.common)
            return
        # Workers may have gone since they were counted: then again later.
        with suppress(TimeoutError, OSError):
            self.where = self.client.scatter(self.common, broadcast=True, hash=False, timeout=_PATIENCE)

    def _submitted(self, task: Any, name: str) -> Future:
        if len(task) > _LARGE:
            task = self.client.scatter(task, hash=False)
        arguments = (_core.__version__, self.part, self.where, task, self.folder, name)
        # A key of its own: a task that was lost is not what the scheduler remembers of it.
        return self.client.submit(_computed, *arguments, key=f"{name}-{time.monotonic_ns()}")

    def _again(self, lost: list[int]) -> None:
        """Gets ready to send what was lost; common data may have gone with it."""
        self.losses.update(lost)
        if max(self.losses.values()) > _LOSSES:
            lost_for_good = f"a task of {self.part} was lost with its worker again and again"
            raise RuntimeError(f"{lost_for_good}: do workers have the memory that it takes?")
        self.where = None

    def end(self) -> None:
        """Takes back what is still on its way, and data that nobody needs any more."""
        if self.futures:
            self.client.cancel(list(self.futures))
        if isinstance(self.where, Path):
            self.where.unlink(missing_ok=True)


def _outcome(future: Future) -> bytes | None:
    """Nothing where it was lost with its worker."""
    try:
        if future.status in ("finished", "error"):
            outcome: bytes = future.result()
            return outcome
    except Exception as error:
        if type(error).__name__ not in _LOST:
            raise
    return None


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
    content = _kept(file)
    if content is None:
        raise FileNotFoundError(f"{file} is not there, or is not whole")
    return content


def _kept(file: Path) -> bytes | None:
    """What a file holds; nothing where it is not there, or not as it was written."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return None
    digest, content = content[:32], content[32:]
    return content if hashlib.sha256(content).digest() == digest else None


def _keep(file: Path, content: bytes) -> None:
    """Writes a file that is whole or not there, its digest in front."""
    with tempfile.NamedTemporaryFile(dir=file.parent, prefix="unfinished-", delete=False) as unfinished:
        unfinished.write(hashlib.sha256(content).digest() + content)
        unfinished.flush()
        os.fsync(unfinished.fileno())
    os.replace(unfinished.name, file)


__all__ = ["fit_cohorts", "workers"]
