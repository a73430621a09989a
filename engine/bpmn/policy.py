"""The grammar of scripts: what is refused when a drawing is checked, long before a case runs."""

import ast
from typing import Any

from RestrictedPython.transformer import RestrictingNodeTransformer, copy_locations

from engine.bpmn.values import RESERVED_KEY

MUTATORS = frozenset(
    [
        "add",
        "append",
        "clear",
        "discard",
        "insert",
        "pop",
        "popitem",
        "remove",
        "reverse",
        "setdefault",
        "sort",
        "update",
    ]
)
_REFUSED = {
    "While": "“while” may never end: use “for” over a list, or a loop in the drawing",
    "FunctionDef": "functions cannot be defined: write the steps one after the other",
    "Import": "nothing can be imported",
    "ImportFrom": "nothing can be imported",
    "ClassDef": "classes cannot be defined",
    "Try": "errors cannot be caught: test before you use a value",
    "TryStar": "errors cannot be caught: test before you use a value",
    "With": "“with” is not part of scripts",
    "NamedExpr": "“:=” is not part of scripts",
    "LShift": "“<<” is not part of scripts",
    "MatMult": "“@” is not part of scripts",
    "Global": "“global” is not part of scripts",
    "Return": "“return” is not part of scripts",
}
_MEASURED = {ast.Add: "+", ast.Mult: "*", ast.Mod: "%", ast.Pow: "**"}


class ScriptPolicy(RestrictingNodeTransformer):
    """RestrictedPython's rules and the house's own."""

    def visit(self, node: ast.AST) -> Any:
        """Refuse what has no place in a drawing, with the way out."""
        refusal = _REFUSED.get(type(node).__name__)
        if refusal is not None:
            self.error(node, refusal)
            return node
        return super().visit(node)

    def visit_Constant(self, node: ast.Constant) -> Any:  # noqa: N802
        """Keep the library's own mark out of the data."""
        if node.value == RESERVED_KEY:
            self.error(node, f"“{RESERVED_KEY}” is a reserved key")
        return super().visit_Constant(node)

    def visit_Lambda(self, node: ast.Lambda) -> Any:  # noqa: N802
        """Allow a small function only where it is used at once, such as sorted(key=…)."""
        if not getattr(node, "is_argument", False):
            self.error(node, "a lambda may only be handed to a function, not kept")
        return super().visit_Lambda(node)

    def visit_Call(self, node: ast.Call) -> Any:  # noqa: N802
        """Note which lambdas are arguments."""
        for value in [*node.args, *(keyword.value for keyword in node.keywords)]:
            if isinstance(value, ast.Lambda):
                value.is_argument = True  # type: ignore[attr-defined]  # a mark of our own
        return super().visit_Call(node)

    def visit_BinOp(self, node: ast.BinOp) -> Any:  # noqa: N802
        """Measure what could grow without bounds."""
        node = self.node_contents_visit(node)
        sign = _MEASURED.get(type(node.op))
        if sign is None:
            return node
        return self._guarded("_arithmetic_", [ast.Constant(sign), node.left, node.right], node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> Any:  # noqa: N802
        """Measure texts built from parts."""
        return self._guarded("_text_", [self.node_contents_visit(node)], node)

    def visit_FormattedValue(self, node: ast.FormattedValue) -> Any:  # noqa: N802
        """Refuse widths: a width of a thousand million fills the memory."""
        if isinstance(node.format_spec, ast.JoinedStr):
            parts = node.format_spec.values
            simple = all(isinstance(p, ast.Constant) and len(str(p.value)) <= 5 for p in parts)
            if not simple:
                self.error(node, "a format may have five characters at most")
            node.value = self.visit(node.value)
            return node
        return super().visit_FormattedValue(node)

    def _guarded(self, guard: str, arguments: list[ast.expr], node: ast.expr) -> ast.Call:
        call = ast.Call(func=ast.Name(guard, ast.Load()), args=arguments, keywords=[])
        copy_locations(call, node)
        return call
