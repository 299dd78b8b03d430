"""Writes imputome/_methods.py, a class per method of the catalog, and docs/python/reference.md, what users call.

python generate.py            writes them
python generate.py --check    fails when one is not what catalog and docstrings give
"""

import importlib
import inspect
import json
import keyword
import sys
import textwrap
from pathlib import Path

from imputome import _core

HERE = Path(__file__).parent
METHODS = HERE / "imputome" / "_methods.py"
REFERENCE = HERE.parent / "docs" / "python" / "reference.md"

#: Columns of a line of code or text.
WIDTH = 120

#: Names of classes that are not made of the words of the method.
NAMES = {"deepimpute": "DeepImpute", "missforest": "MissForest", "softimpute": "SoftImpute", "tdimpute": "TdImpute"}

#: Type, default and meaning of the parameters that every class has.
OF_THE_CLASS = {
    "random_state": (
        "int | np.random.Generator | np.random.RandomState | None",
        0,
        "Seed of everything random; the same seed gives the same bytes, here, in Rust and in the program. None is 0.",
    ),
    "n_jobs": (
        "int | None",
        None,
        "Threads: None for one, -1 for all processors. The result is the same for any number.",
    ),
    "verbose": ("bool", False, "Shows progress, with tqdm where it is installed."),
    "add_indicator": (
        "bool",
        False,
        "Adds a column for each gene that had gaps in ``fit``: 1 where the entry was a gap.",
    ),
    "copy": ("bool", True, "False fills an array of single or double precision where it lies."),
}


def class_name(method):
    return NAMES.get(method, "".join(word.capitalize() for word in method.split("-")))


def parameters(method):
    """Name, type, default, legal values and meaning of each parameter."""
    for setting in method["settings"]:
        name, default = setting["name"], setting["default"]
        name = name + "_" if keyword.iskeyword(name) else name
        yield (
            name,
            setting["type"],
            tuple(default) if isinstance(default, list) else default,
            setting["rule"],
            setting["doc"],
        )
    for name, (kind, default, text) in OF_THE_CLASS.items():
        yield name, kind, default, "", text


def wrapped(text, indent):
    return textwrap.fill(" ".join(text.split()), WIDTH, initial_indent=indent, subsequent_indent=indent)


def described(name, kind, default, rule, text):
    legal = f" Legal: {rule}." if rule else ""
    return f"    {name} : {kind}, default {default!r}\n{wrapped(text + legal, ' ' * 8)}"


def documentation(method):
    name = class_name(method["name"])
    settings = "\n".join(described(*parameter) for parameter in parameters(method))
    parts = [
        f'    r"""{method["title"]}.',
        wrapped(method["idea"], "    "),
        wrapped(f"Needs: {method['needs']}. Cost: {method['cost']}.", "    "),
        f"    Parameters\n    ----------\n{settings}",
    ]
    if method["presets"]:
        known = "; ".join(f"``{preset['name']}``: {preset['doc']}" for preset in method["presets"])
        parts.append(wrapped(f"Presets, for ``{name}.preset(name)``: {known}", "    "))
    parts.append(wrapped(f"Source: {method['source']}", "    "))
    return "\n\n".join(parts) + '\n    """'


def class_of(method):
    given = list(parameters(method))
    signature = "".join(f"        {name}: {kind} = {default!r},\n" for name, kind, default, _, _ in given)
    body = "".join(f"        self.{name} = {name}\n" for name, *_ in given)
    return (
        f"class {class_name(method['name'])}(Imputer):\n{documentation(method)}\n\n    _method = {method['name']!r}\n"
        f"    _takes_negative = {not method['positive']}\n    _needs_companion = {method['companion']}\n\n"
        f"    def __init__(\n        self,\n        *,\n{signature}    ) -> None:\n{body}"
    )


def module():
    methods = json.loads(_core.catalog())
    names = sorted(class_name(method["name"]) for method in methods)
    classes = [class_of(method) for method in methods]
    typing = [name for name in ("Literal",) if any(f"{name}[" in text for text in classes)]
    head = [
        '"""A class per method; written by generate.py from the catalog, not by hand."""\n',
        "from collections.abc import Sequence" if any("Sequence[" in text for text in classes) else "",
        f"from typing import {', '.join(typing)}\n" if typing else "",
        "import numpy as np\n",
        "from ._estimator import Imputer\n",
        f"__all__ = {json.dumps(names, indent=4)}\n",
    ]
    return "\n\n".join(["\n".join(line for line in head if line), *classes])


class _Written:
    """An annotation as it stands in the source, and not as text within quotes."""

    def __init__(self, annotation):
        self.annotation = annotation

    def __repr__(self):
        return self.annotation


def call(name, function):
    """How a function is called, with types; a line for each parameter where one line is too short."""

    def written(annotation):
        return _Written(annotation) if isinstance(annotation, str) else annotation

    found = inspect.signature(function)
    parameters = [one.replace(annotation=written(one.annotation)) for one in found.parameters.values()]
    whole = f"{name}{found.replace(parameters=parameters, return_annotation=written(found.return_annotation))}"
    if len(whole) <= WIDTH:
        return whole
    lines = [str(one) for one in parameters]
    first = next((at for at, one in enumerate(parameters) if one.kind is one.KEYWORD_ONLY), None)
    if first is not None:
        lines.insert(first, "*")
    inside = "".join(f"    {line},\n" for line in lines)
    return f"{name}(\n{inside}) -> {found.return_annotation}"


def reference():
    import imputome
    from imputome import CellModel, Imputer, _methods, dask, pp, tl

    importlib.reload(_methods)  # It may just have been written.

    def entry(name, thing):
        text = inspect.cleandoc(thing.__doc__ or "")
        return f"### `{name}`\n\n```python\n{call(name, thing)}\n```\n\n```text\n{text}\n```\n"

    shared = [
        entry(f"Imputer.{name}", getattr(Imputer, name))
        for name, member in vars(Imputer).items()
        if (inspect.isfunction(member) or isinstance(member, classmethod)) and not name.startswith("_")
    ]
    functions = [
        entry(f"{module.__name__.removeprefix('imputome.')}.{name}", getattr(module, name))
        for module in (pp, tl, dask)
        for name in module.__all__
        if inspect.isfunction(getattr(module, name))
    ]
    functions.append(entry("load", imputome.load))

    def members(kind):
        """What is called of a class, and what is read."""
        for name, member in vars(kind).items():
            if name.startswith("_") or not member.__doc__:
                continue
            if inspect.isfunction(member):
                yield entry(f"{kind.__name__}.{name}", member)
            else:
                yield f"### `{kind.__name__}.{name}`\n\n{inspect.cleandoc(member.__doc__)}\n"

    classes = [
        f"### `{name}`\n\n```text\n{inspect.cleandoc(getattr(_methods, name).__doc__)}\n```\n"
        for name in _methods.__all__
    ]
    parts = [
        "# Reference of the Python package\n\nWritten by `python/generate.py` from the catalog and the docstrings, not by hand.\n",
        "## Functions\n",
        *functions,
        "## What an evaluation gives\n",
        *members(tl.Evaluation),
        "## Models of cells\n",
        inspect.cleandoc(CellModel.__doc__) + "\n",
        *members(CellModel),
        "## What every estimator does\n",
        inspect.cleandoc(Imputer.__doc__) + "\n",
        *shared,
        "## Estimators\n",
        *classes,
    ]
    return "\n".join(parts)


def write(place, text, check):
    """Writes a file, or says that it is not what it should be."""
    if not check:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    elif not place.exists() or place.read_text(encoding="utf-8") != text:
        sys.exit(f"{place} is not what the catalog gives; run python generate.py")


if __name__ == "__main__":
    checking = "--check" in sys.argv[1:]
    write(METHODS, module(), checking)
    write(REFERENCE, reference(), checking)
