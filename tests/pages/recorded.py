"""What the sources record of readings, found in their syntax; what is put in later is a 1."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import wanhao

ROOT = Path(wanhao.__file__).parent
RECORDS = "record_read"
Function = ast.FunctionDef | ast.AsyncFunctionDef


class NotUnderstoodError(AssertionError):
    """A way to name a purpose that is not followed here."""


@dataclass(frozen=True, slots=True)
class Place:
    """An expression, with the function and the file it stands in."""

    path: Path
    tree: ast.Module
    function: Function | None

    def said(self, node: ast.AST) -> str:
        return f"{self.path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"


def recorded(position: int, name: str) -> dict[str, str]:
    """Every text that `record_read` is called with at a position, and where; AssertionError for
    one that cannot be followed."""
    found: dict[str, str] = {}
    for place, call in calls_of(RECORDS):
        node = argument(call, position, name)
        assert node is not None, place.said(call)
        found |= dict.fromkeys(texts(node, place), place.said(call))
    return found


def calls_of(wanted: str) -> Iterator[tuple[Place, ast.Call]]:
    for path, tree in sources():
        for function, node in walked(tree, None):
            if isinstance(node, ast.Call) and wanted in (
                getattr(node.func, "id", ""),
                getattr(node.func, "attr", ""),
            ):
                yield Place(path, tree, function), node


def sources() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(ROOT.rglob("*.py")):
        yield path, ast.parse(path.read_text())


def walked(node: ast.AST, inside: Function | None) -> Iterator[tuple[Function | None, ast.AST]]:
    for one in ast.iter_child_nodes(node):
        yield inside, one
        yield from walked(one, one if isinstance(one, Function) else inside)


def argument(call: ast.Call, position: int, name: str) -> ast.expr | None:
    named = [one.value for one in call.keywords if one.arg == name]
    if named:
        return named[0]
    return call.args[position] if len(call.args) > position else None


def texts(node: ast.expr, place: Place) -> set[str]:
    """All that an expression may be."""
    match node:
        case ast.Constant(value=str(text)):
            found = {text}
        case ast.JoinedStr(values=parts):
            found = put_together(parts, place)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            found = put_together([left, right], place)
        case ast.FormattedValue(value=inner) | ast.Subscript(value=inner):
            found = texts(inner, place)
        case ast.Name():
            found = named(node, place)
        case ast.Call(func=ast.Name(id=name)):
            found = returned(name, place)
        case _:
            raise NotUnderstoodError(place.said(node))
    return found


def texts_or_one(node: ast.expr, place: Place) -> set[str]:
    try:
        return texts(node, place)
    except NotUnderstoodError:
        return {"1"}


def put_together(parts: Sequence[ast.expr], place: Place) -> set[str]:
    return {"".join(one) for one in product(*(texts_or_one(part, place) for part in parts))}


def named(node: ast.Name, place: Place) -> set[str]:
    """What a name was given in its function, by its callers, or in its file."""
    scopes: list[ast.AST] = [place.tree] if place.function is None else [place.function, place.tree]
    for scope in scopes:
        given = [
            one.value
            for one in ast.walk(scope)
            if isinstance(one, ast.Assign)
            and any(isinstance(to, ast.Name) and to.id == node.id for to in one.targets)
        ]
        if given:
            return set().union(*(texts(one, place) for one in given))
        if isinstance(scope, Function) and node.id in parameters(scope):
            return passed(scope, node.id, place)
    raise NotUnderstoodError(f"{place.said(node)}: {node.id}")


def parameters(function: Function) -> list[str]:
    return [one.arg for one in (*function.args.args, *function.args.kwonlyargs)]


def passed(function: Function, name: str, place: Place) -> set[str]:
    """What callers pass, and what stands there when they pass nothing."""
    found: set[str] = set()
    for only, default in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True):
        if only.arg == name and default is not None:
            found |= texts(default, place)
    for calling, call in calls_of(function.name):
        if calling.path != place.path and not imports(calling.tree, function.name):
            continue
        given = argument(call, parameters(function).index(name), name)
        if given is not None:
            found |= texts(given, calling)
    if not found:
        raise NotUnderstoodError(f"nobody passes {name} to {function.name}")
    return found


def imports(tree: ast.Module, name: str) -> bool:
    return any(
        one.name == name
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for one in node.names
    )


def returned(name: str, place: Place) -> set[str]:
    for _, node in walked(place.tree, None):
        if isinstance(node, Function) and node.name == name:
            inside = Place(place.path, place.tree, node)
            given = [one.value for one in ast.walk(node) if isinstance(one, ast.Return)]
            return set().union(*(texts(one, inside) for one in given if one is not None))
    raise NotUnderstoodError(f"{place.path.name}: {name}()")
