"""The stub of the compiled module names what is in it, under the same names of parameters."""

import ast
import inspect
from pathlib import Path

import imputome
from imputome import _core

STUB = ast.parse((Path(imputome.__file__).parent / "_core.pyi").read_text(encoding="utf-8"))


def public(thing):
    return {name for name in vars(thing) if not name.startswith("_")}


def defined(body):
    """Functions, classes and variables of a part of the stub, by name."""
    found = {}
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = node
        elif isinstance(node, ast.AnnAssign):
            found[node.target.id] = node
    return {
        name: node for name, node in found.items() if not name.startswith("_") or name in ("__init__", "__version__")
    }


def parameters(node):
    """Names of the parameters, and which have a default."""
    names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    first = len(names) - len(node.args.defaults)
    return [(name, at >= first) for at, name in enumerate(names)]


def compiled(thing):
    found = inspect.signature(thing).parameters.values()
    return [(one.name, one.default is not one.empty) for one in found]


def test_the_module_has_what_the_stub_names():
    assert public(_core) == set(defined(STUB.body)) - {"__version__"}
    assert isinstance(_core.__version__, str)


def test_functions_take_what_the_stub_says():
    functions = {name: node for name, node in defined(STUB.body).items() if isinstance(node, ast.FunctionDef)}
    assert len(functions) > 4
    for name, node in functions.items():
        assert compiled(getattr(_core, name)) == parameters(node), name


def test_classes_have_the_methods_and_attributes_that_the_stub_says():
    classes = {name: node for name, node in defined(STUB.body).items() if isinstance(node, ast.ClassDef)}
    assert len(classes) > 4
    for name, node in classes.items():
        kind, members = getattr(_core, name), defined(node.body)
        if "__init__" in members:
            assert compiled(kind) == parameters(members.pop("__init__"))[1:], name
        assert public(kind) == set(members), name
        for member, definition in members.items():
            if any(getattr(decorator, "id", "") == "property" for decorator in definition.decorator_list):
                assert inspect.isdatadescriptor(getattr(kind, member)), member
            else:
                assert compiled(getattr(kind, member)) == parameters(definition), f"{name}.{member}"
