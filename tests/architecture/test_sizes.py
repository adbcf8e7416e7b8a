import ast

from tests.architecture.tree import named, parsed, python_files

LONGEST_FILE = 400
LONGEST_FUNCTION = 50


def test_no_file_is_longer_than_400_lines() -> None:
    lengths = {named(path): path.read_text().count("\n") for path in python_files()}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_no_function_is_longer_than_50_lines() -> None:
    long = [
        f"{named(path)}:{node.lineno} {node.name}"
        for path in python_files()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno + 1 > LONGEST_FUNCTION
    ]
    assert long == []


def test_a_workflow_is_one_verb_of_at_most_30_lines() -> None:
    long = [
        f"{named(path)}:{node.lineno} {node.name}"
        for path in python_files()
        if "src/wanhao/workflows/" in named(path)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef)
        and (node.end_lineno or node.lineno) - node.body[0].lineno + 1 > 30
    ]
    assert long == []
