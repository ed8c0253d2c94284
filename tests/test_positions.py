"""Which line a key stands on."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.positions import key_lines


@pytest.mark.parametrize(
    ("source", "path", "line"),
    [
        ("a = 1\nb = 2\n", ("b",), 2),
        ("a.b.c = 1\n", ("a", "b", "c"), 1),
        ("[t]\nx . y = 1\n", ("t", "x", "y"), 2),
        ('[t]\n"a key" = 1\n', ("t", "a key"), 2),
        ("['a.b'.c]\nd = 1\n", ("a.b", "c", "d"), 2),
        ('"q\\"t" = 1\n', ('q"t',), 1),
        ('"\\u0061" = 1\n', ("a",), 1),
        ("[[s]]\na = 1\n[[s]]\na = 2\n", ("s", 1, "a"), 4),
        ("[[s]]\n[s.t]\na = 1\n[[s]]\n[s.t]\na = 2\n", ("s", 1, "t", "a"), 6),
        ("[[s]]\n[[s.d]]\na = 1\n[[s.d]]\na = 2\n[[s]]\n[[s.d]]\na = 3\n", ("s", 1, "d", 0, "a"), 8),
        ("a = [\n  ['x'],\n  [1, 2],\n]\nb = 1\n", ("b",), 5),
        ("[t]\na = [\n  ['x'],\n]\nb = 1\n", ("t", "b"), 5),
        ("a = [ # [\n  ']', \"[\",\n]\nb = 1\n", ("b",), 4),
        ("a = [\n  {x = 1, y = [2]},\n]\nb = 1\n", ("b",), 4),
        ('a = """\n[no]\nb = 1\n"""\nc = 1\n', ("c",), 5),
        ('a = """\n[no]\n""""\nc = 1\n', ("c",), 4),
        ("a = '''\n[no]\n'''\nc = 1\n", ("c",), 4),
        ('a = 1 # """\nb = 2\n', ("b",), 2),
        ("# it's\na = '\"\"\"'\nb = 2 # '''\nc = 3\n", ("c",), 4),
        ('a = "x = 1"\n  b = 1\n', ("b",), 2),
        ("[a] # the table\nb = 1\n", ("a", "b"), 2),
        ("a = 1\r\n[t]\r\nb = 2\r\n", ("t", "b"), 3),
    ],
)
def test_a_key_is_found(source: str, path: tuple[str | int, ...], line: int) -> None:
    tomllib.loads(source)
    assert key_lines(source)[path] == line


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ('a = """\n[no]\nb = 1\n"""\n', ("no",)),
        ("a = [\n  ['no'],\n]\n", ("no",)),
        ("# no = 1\n", ("no",)),
        ("a = {no = 1}\n", ("a", "no")),
    ],
)
def test_what_is_no_key_is_not_listed(source: str, path: tuple[str | int, ...]) -> None:
    tomllib.loads(source)
    assert path not in key_lines(source)


SCALARS = st.one_of(
    st.integers(0, 9).map(str),
    st.text(alphabet="a [=#]'", max_size=5).map(lambda text: f'"{text}"'),
    st.text(alphabet='a [=#]"', max_size=2).map(lambda text: f"'{text}'"),
    st.text(alphabet="a \n[=#]'", max_size=8).map(lambda text: f'"""{text}"""'),
    st.text(alphabet='a \n[=#]"', max_size=2).map(lambda text: f"'''{text}'''"),
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3).map(lambda items: "[\n" + ",\n".join(items) + "\n]")
)


@given(st.lists(st.tuples(VALUES, st.sampled_from(["", ' # it\'s [a] """ b = 1'])), max_size=6))
def test_values_of_any_shape_dont_shift_the_lines(entries: list[tuple[str, str]]) -> None:
    source, wanted = "", {}
    for number, (value, comment) in enumerate(entries):
        wanted[f"k{number}",] = source.count("\n") + 1
        source += f"k{number} = {value}{comment}\n"
    parsed: dict[str, Any] = tomllib.loads(source)
    assert list(parsed) == [path[0] for path in wanted]
    assert key_lines(source) == wanted
