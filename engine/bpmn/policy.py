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
    "RShift": "“>>” is not part of scripts",
    "MatMult": "“@” is not part of scripts",
    "Global": "“global” is not part of scripts",
    "Return": "“return” is not part of scripts",
}
_SIGNS = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.BitOr: "|",
    ast.BitAnd: "&",
    ast.BitXor: "^",
}


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

    def visit_Call(self, node: Any) -> Any:  # noqa: N802
        """Let every call be paid for; lambdas may be its arguments."""
        values = [*node.args, *(keyword.value for keyword in node.keywords)]
        for value in values:
            if isinstance(value, ast.Lambda):
                value.is_argument = True  # type: ignore[attr-defined]  # a mark of our own
        if any(isinstance(v, ast.Starred) for v in values) or None in {
            keyword.arg for keyword in node.keywords
        }:
            self.error(node, "“*” and “**” are not part of calls: name the arguments")
            return node
        node = super().visit_Call(node)
        node.args.insert(0, node.func)
        node.func = ast.Name("_call_", ast.Load())
        copy_locations(node.func, node)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> Any:  # noqa: N802
        """Measure what could grow without bounds."""
        node = self.node_contents_visit(node)
        sign = _SIGNS.get(type(node.op))
        if sign is None:
            return node
        return self._guarded("_arithmetic_", [ast.Constant(sign), node.left, node.right], node)

    def visit_Compare(self, node: ast.Compare) -> Any:  # noqa: N802
        """Measure what is compared: the same list nested in itself would never be done."""
        node = self.node_contents_visit(node)
        if not all(isinstance(operator, ast.Is | ast.IsNot) for operator in node.ops):
            node.left = self._paid("_weigh_", node.left)
            node.comparators = [
                self._paid(
                    "_container_" if isinstance(operator, ast.In | ast.NotIn) else "_weigh_", value
                )
                for operator, value in zip(node.ops, node.comparators, strict=True)
            ]
        return node

    def visit_Subscript(self, node: Any) -> Any:  # noqa: N802
        """Let lists be cut but not stuffed: a slice of a list put into itself doubles it."""
        if isinstance(node.ctx, ast.Load):
            return super().visit_Subscript(node)
        if isinstance(node.slice, ast.Slice):
            self.error(node, "a part of a list cannot be replaced or deleted: build the new list")
            return node
        node = super().visit_Subscript(node)
        node.slice = self._paid("_key_", node.slice)
        return node

    def visit_Dict(self, node: ast.Dict) -> Any:  # noqa: N802
        """Measure keys, and dictionaries spread into this one."""
        node = self.node_contents_visit(node)
        node.values = [
            self._guarded("_spread_", [value], value) if key is None else value
            for key, value in zip(node.keys, node.values, strict=True)
        ]
        node.keys = [None if key is None else self._paid("_key_", key) for key in node.keys]
        return node

    def visit_DictComp(self, node: Any) -> Any:  # noqa: N802
        """Measure keys."""
        node = super().visit_DictComp(node)
        node.key = self._paid("_key_", node.key)
        return node

    def visit_Set(self, node: ast.Set) -> Any:  # noqa: N802
        """Measure what is looked up among the others."""
        node = self.node_contents_visit(node)
        node.elts = [self._paid("_key_", element) for element in node.elts]
        return node

    def visit_SetComp(self, node: Any) -> Any:  # noqa: N802
        """Measure what is looked up among the others."""
        node = super().visit_SetComp(node)
        node.elt = self._paid("_key_", node.elt)
        return node

    def visit_Starred(self, node: Any) -> Any:  # noqa: N802
        """Count what is unpacked into a list."""
        node = super().visit_Starred(node)
        if isinstance(node.ctx, ast.Load):
            node.value = self._guarded("_getiter_", [node.value], node.value)
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> Any:  # noqa: N802
        """Measure texts built from parts."""
        return self._guarded("_text_", [self.node_contents_visit(node)], node)

    def visit_FormattedValue(self, node: Any) -> Any:  # noqa: N802
        """Refuse widths: a width of a thousand million fills the memory."""
        if isinstance(node.format_spec, ast.JoinedStr):
            parts = node.format_spec.values
            simple = all(isinstance(p, ast.Constant) and len(str(p.value)) <= 5 for p in parts)
            if not simple:
                self.error(node, "a format may have five characters at most")
            node.value = self._paid("_weigh_", self.visit(node.value))
            return node
        node = super().visit_FormattedValue(node)
        node.value = self._paid("_weigh_", node.value)
        return node

    def _paid(self, guard: str, value: ast.expr) -> ast.expr:
        """A value whose size is paid for; what is written out in the source costs nothing."""
        return value if isinstance(value, ast.Constant) else self._guarded(guard, [value], value)

    def _guarded(self, guard: str, arguments: list[ast.expr], node: ast.expr) -> ast.Call:
        call = ast.Call(func=ast.Name(guard, ast.Load()), args=arguments, keywords=[])
        copy_locations(call, node)
        return call
