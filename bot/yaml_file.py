"""Reads the clinic's YAML files so that every complaint about them names file and line.

Every value is text until its model says otherwise: in plain YAML the word `no` would be the value false.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar, Union

import yaml
from pydantic import BaseModel, Extra, ValidationError

from bot.errors import ForPeople

Place = tuple[Union[str, int], ...]
Model = TypeVar("Model", bound=BaseModel)


class StrictModel(BaseModel):
    """A part of a YAML file; a key that is not known is an error, not a silent nothing."""

    class Config:
        extra = Extra.forbid
        allow_mutation = False
        anystr_strip_whitespace = True


class ContentError(ForPeople):
    """Something in the clinic's files is wrong; each problem reads `file:line: what`."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class YamlFile:
    """One YAML file with the line of every value in it."""

    def __init__(self, path: Path) -> None:
        """Read the file; ContentError if it is not there or not YAML."""
        self.path = path
        self._lines: dict[Place, int] = {}
        try:
            node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
        except FileNotFoundError:
            raise ContentError([f"{path}: this file is missing"]) from None
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise ContentError([f"{path}:{line}: {error.problem}"]) from None
        self.data = self._read(node, ()) if node else {}

    def _read(self, node: yaml.Node, place: Place) -> Any:
        self._lines[place] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            return self._read_mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self._read(item, (*place, number)) for number, item in enumerate(node.value)]
        return node.value

    def _read_mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key, value in node.value:
            if key.value in values:
                raise ContentError([f"{self.path}:{key.start_mark.line + 1}: {key.value!r} stands here twice"])
            values[key.value] = self._read(value, (*place, key.value))
        return values

    def problem(self, place: Place, what: str) -> str:
        """Return `file:line: what` for the value at this place, or for the nearest one around it."""
        while place and place not in self._lines:
            place = place[:-1]
        return f"{self.path}:{self._lines.get(place, 1)}: {what}"

    def parse(self, model: type[Model]) -> Model:
        """Return the file's content as this model; ContentError with one problem for each wrong value."""
        try:
            return model.parse_obj(self.data)
        except ValidationError as error:
            problems = [
                self.problem(tuple(item["loc"]), f"{_dotted(item['loc'])}: {item['msg']}") for item in error.errors()
            ]
            raise ContentError(problems) from None


def _dotted(place: Place) -> str:
    return ".".join(str(part) for part in place if part != "__root__")
