"""Metric math: + - * / and comparisons of series and numbers, SUM, AVG, MIN, MAX, ABS, FILL, IF, METRICS.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html. A series is a
dictionary of instants to values. Operators give a point only where every series has one; SUM and its like
over an array take what is there; FILL fills the periods asked for.
"""

import ast
import operator
import re

from .errors import validation

_BINARY = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.BitXor: operator.pow,
}
_COMPARE = {
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_REDUCE = {"SUM": sum, "MIN": min, "MAX": max, "AVG": lambda values: sum(values) / len(values)}


def evaluate(expression, known, grid):
    """The series of an expression; `known` are the other series by id, `grid` the instants asked for."""
    text = re.sub(r"&&|\bAND\b", " and ", re.sub(r"\|\||\bOR\b", " or ", expression))
    try:
        tree = ast.parse(text.strip(), mode="eval").body
        value = _Evaluation(known, grid).visit(tree)
    except (SyntaxError, KeyError, TypeError, ValueError) as error:
        raise validation(f"Error in expression '{expression}': {error}") from None
    return {when: float(value) for when in grid} if isinstance(value, (int, float)) else value


class _Evaluation(ast.NodeVisitor):
    def __init__(self, known, grid):
        self.known = known
        self.grid = grid

    def generic_visit(self, node):
        raise ValueError(f"unsupported syntax {type(node).__name__}")

    def visit_Constant(self, node):
        return node.value

    def visit_Name(self, node):
        if node.id in ("REPEAT", "LINEAR"):
            return node.id
        return self.known[node.id]

    def visit_List(self, node):
        return [self.visit(item) for item in node.elts]

    def visit_UnaryOp(self, node):
        return _each(lambda value: -value, self.visit(node.operand))

    def visit_BinOp(self, node):
        return _each(_BINARY[type(node.op)], self.visit(node.left), self.visit(node.right))

    def visit_Compare(self, node):
        compare = _COMPARE[type(node.ops[0])]
        return _each(
            lambda left, right: float(compare(left, right)),
            self.visit(node.left),
            self.visit(node.comparators[0]),
        )

    def visit_BoolOp(self, node):
        both = isinstance(node.op, ast.And)
        join = (lambda a, b: float(bool(a and b))) if both else (lambda a, b: float(bool(a or b)))
        values = [self.visit(each) for each in node.values]
        result = values[0]
        for value in values[1:]:
            result = _each(join, result, value)
        return result

    def visit_Call(self, node):
        name = node.func.id
        arguments = [self.visit(each) for each in node.args]
        if name == "METRICS":
            wanted = arguments[0] if arguments else ""
            return [series for key, series in self.known.items() if wanted in key]
        if name == "FILL":
            return self._fill(*arguments)
        if name == "IF":
            return _if(*arguments)
        if name == "ABS":
            return _each(abs, arguments[0])
        return _reduce(_REDUCE[name], arguments[0])

    def _fill(self, series, how):
        filled, last = {}, None
        for when in sorted(self.grid):
            last = series.get(when, last)
            value = series.get(when, last if how == "REPEAT" else how)
            if value is not None and value != "LINEAR":
                filled[when] = float(value)
        return filled


def _each(function, *values):
    """Point by point; where a division by zero happens there is no point, as in CloudWatch."""
    series = [value for value in values if isinstance(value, dict)]
    if not series:
        return function(*values)
    common = set(series[0]).intersection(*series)
    result = {}
    for when in common:
        try:
            result[when] = float(
                function(*(value[when] if isinstance(value, dict) else value for value in values))
            )
        except ZeroDivisionError:
            continue
    return result


def _if(condition, yes, no=None):
    if no is None:
        return {when: value for when, value in yes.items() if condition.get(when)}
    return _each(lambda test, then, otherwise: then if test else otherwise, condition, yes, no)


def _reduce(function, argument):
    if isinstance(argument, dict):
        return function(list(argument.values())) if argument else 0.0
    instants = {when for series in argument for when in series}
    return {
        when: float(function([series[when] for series in argument if when in series])) for when in instants
    }
