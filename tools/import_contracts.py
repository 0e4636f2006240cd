"""Two contract types that import-linter lacks: by the names of files, and ahead of the code."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, cast

from importlinter import Contract, ContractCheck, fields, output
from importlinter.domain.helpers import module_expressions_to_modules

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grimp import ImportGraph
    from importlinter.domain.imports import ModuleExpression


class _FilesContract(Contract):
    """A contract between the files that `modules` matches and the libraries named.

    Only direct imports are looked at. An expression without a match and a library that nobody
    imports are no errors, unlike in import-linter's own contracts: the law comes before the code.
    """

    modules = fields.ListField(subfield=fields.ModuleExpressionField())
    libraries = fields.ListField(subfield=fields.StringField())

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print one line for each import that breaks the contract."""
        for line in check.metadata["broken"]:
            output.print_error(f"- {line}", bold=False)
        output.new_line()

    # In the instance a field's place is taken by its parsed value, which the types do not say.

    def _matching_modules(self, graph: ImportGraph) -> set[str]:
        expressions = cast("list[ModuleExpression]", self.modules)
        matching = module_expressions_to_modules(graph, expressions)
        return {module.name for module in matching} & graph.modules

    def _named_libraries(self) -> set[str]:
        return set(cast("list[str]", self.libraries))


class OnlyTheseContract(_FilesContract):
    """The files import the standard library, the libraries named and one another, and no more.

    The other way round from `forbidden`, which must name what is not allowed and so is silent about
    a library added later. What one of the files imports is one of them, and held to the same.
    """

    type_name = "only_these"

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002 as the base
        """Look at all that the files import; the metadata names what breaks the contract."""
        modules = self._matching_modules(graph)
        allowed = modules | self._named_libraries() | sys.stdlib_module_names
        return _verdict(
            graph,
            (
                (importer, imported)
                for importer in modules
                for imported in graph.find_modules_directly_imported_by(importer) - allowed
            ),
        )


class OnlyInContract(_FilesContract):
    """The libraries are imported by the files that `modules` matches, and nowhere else."""

    type_name = "only_in"

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002 as the base
        """Look at all that import the libraries; the metadata names what breaks the contract."""
        allowed = self._matching_modules(graph)
        return _verdict(
            graph,
            (
                (importer, library)
                for library in self._named_libraries() & graph.modules
                for importer in graph.find_modules_that_directly_import(library) - allowed
            ),
        )


def _verdict(graph: ImportGraph, forbidden: Iterable[tuple[str, str]]) -> ContractCheck:
    broken = [
        f"{importer} -> {imported} (line {detail['line_number']})"
        for importer, imported in sorted(forbidden)
        for detail in graph.get_import_details(importer=importer, imported=imported)
    ]
    return ContractCheck(kept=not broken, metadata={"broken": broken})
