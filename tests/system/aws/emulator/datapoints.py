"""CloudWatch's statistics of a period's values, given as pairs (value, how often).

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html: Sum, SampleCount,
Average, Minimum, Maximum, pNN, and TC, PR, TM, TS of a range. A range `(a:b)` excludes a and includes b;
its ends are values, or percentiles written with `%`.
"""

import re

from .errors import validation

_RANGE = re.compile(r"^(TC|PR|TM|TS)\(([\d.]*%?):([\d.]*%?)\)$")
_SHORT = re.compile(r"^(p|tc|pr|tm|ts)(\d{1,2}(?:\.\d{1,10})?|100)$")


def statistic(spelled):
    """A function of pairs by the statistic's spelling."""
    plain = {
        "Sum": lambda pairs: sum(value * count for value, count in pairs),
        "SampleCount": lambda pairs: sum(count for _, count in pairs),
        "Average": _average,
        "Minimum": lambda pairs: min(value for value, _ in pairs),
        "Maximum": lambda pairs: max(value for value, _ in pairs),
        "IQM": lambda pairs: _average(_within(pairs, "25%", "75%")),
    }
    if spelled in plain:
        return plain[spelled]
    short = _SHORT.match(spelled)
    if short and short.group(1) == "p":
        return lambda pairs: percentile(pairs, float(short.group(2)))
    found = _RANGE.match(spelled)
    if short:
        name, low, high = short.group(1).upper(), "", short.group(2) + "%"
    elif found and (found.group(2) or found.group(3)):
        name, low, high = found.groups()
    else:
        raise validation(
            f"The value {spelled} for parameter MetricDataQueries.member.1.MetricStat.Stat "
            "is not a valid statistic"
        )
    return lambda pairs: _of_range(name, pairs, low, high)


def _average(pairs):
    total = sum(count for _, count in pairs)
    return sum(value * count for value, count in pairs) / total if total else 0.0


def _of_range(name, pairs, low, high):
    inside = _within(pairs, low, high)
    count = sum(times for _, times in inside)
    if name == "TC":
        return count
    if name == "PR":
        return 100.0 * count / sum(times for _, times in pairs)
    return _average(inside) if name == "TM" else sum(value * times for value, times in inside)


def _within(pairs, low, high):
    def end(text, otherwise):
        if not text:
            return otherwise
        return percentile(pairs, float(text[:-1])) if text.endswith("%") else float(text)

    above, upto = end(low, float("-inf")), end(high, float("inf"))
    return [(value, count) for value, count in pairs if above < value <= upto]


def percentile(pairs, percent):
    """The value below which so many percent lie, between neighbours in proportion."""
    ordered = sorted(pairs)
    rank = percent / 100 * (sum(count for _, count in ordered) - 1)
    below = 0
    for index, (value, count) in enumerate(ordered):
        if rank <= below + count - 1:
            return value
        if rank < below + count and index + 1 < len(ordered):
            return value + (rank - (below + count - 1)) * (ordered[index + 1][0] - value)
        below += count
    return ordered[-1][0]
