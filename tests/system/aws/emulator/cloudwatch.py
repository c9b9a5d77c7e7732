"""CloudWatch's metrics for real: statistics, periods, lag, paging, metric math. Alarms stay moto's.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html. A period has a point
only if something was counted in it. A minute of balancer metrics is visible `metric_lag_s` after its end.
"""

import re

from . import metric_math, traffic
from .calls import operation
from .clock import epoch, moment
from .datapoints import statistic
from .errors import AwsError, validation

_ID = re.compile(r"^[a-z][a-zA-Z0-9_]*$")
_PAGE = 100_800
_SHORT_PERIODS = (1, 5, 10, 20, 30)


class Metrics:
    """Metrics that were put, by name; and how tests want answers to be incomplete."""

    def __init__(self, account, region):
        self.account = account
        self.region = region
        self.put = {}
        self.statuses = []

    def add(self, namespace, name, dimensions, at, pairs):
        key = (namespace, name, tuple(sorted(dimensions.items())))
        self.put.setdefault(key, []).append((at, pairs))

    def points(self, namespace, name, dimensions, begin, end):
        """[(instant, pairs)] from `begin` to before `end` that are visible now."""
        known = self.put.get((namespace, name, tuple(sorted(dimensions.items()))), [])
        found = [point for point in known if begin <= point[0] < end]
        if namespace == "AWS/ApplicationELB":
            seen = self.account.now() - self.account.settings["metric_lag_s"] - 60
            source = self.account.state(traffic.Source, self.region)
            found += traffic.points(source, name, dimensions, begin, min(end, seen + 1e-6))
        return found

    def series(self, metric, period, spelled, begin, end):
        """{start of a period: value} of the periods that begin within begin … end."""
        dimensions = {each["Name"]: each["Value"] for each in metric.get("Dimensions") or []}
        first, last = begin - begin % period, end + (-end) % period
        periods = {}
        for at, pairs in self.points(metric["Namespace"], metric["MetricName"], dimensions, first, last):
            periods.setdefault(at - at % period, []).extend(pairs)
        value = statistic(spelled)
        return {start: float(value(pairs)) for start, pairs in periods.items()}

    def status_of(self, name):
        """The status a test wants for a metric, counted down; None to be left alone."""
        for rule in self.statuses:
            if rule.get("metric", "*") in ("*", name) and rule.get("times", 1) > 0:
                rule["times"] = rule.get("times", 1) - 1
                return rule["status"]
        return None


def _checked(call):
    """The queries and the range, or a refusal in CloudWatch's words."""
    asked = call.parameters
    queries = asked.get("MetricDataQueries") or []
    begin, end = epoch(asked["StartTime"]), epoch(asked["EndTime"])
    if begin >= end:
        raise validation("The parameter StartTime must be less than the parameter EndTime.")
    if len(queries) > 500:
        raise validation("The collection MetricDataQueries must not have a size greater than 500.")
    ids = [query["Id"] for query in queries]
    for number, each in enumerate(ids, 1):
        if not _ID.match(each):
            raise validation(
                f"The value {each} for parameter MetricDataQueries.member.{number}.Id is not "
                "matching the expected pattern ^[a-z][a-zA-Z0-9_]*$."
            )
    if len(set(ids)) < len(ids):
        raise validation("The values for parameter id in MetricDataQueries are not unique.")
    for query in queries:
        period = query["MetricStat"]["Period"] if "MetricStat" in query else query.get("Period", 60)
        if period not in _SHORT_PERIODS and period % 60:
            raise validation(f"The value {period} for parameter Period must be a multiple of 60.")
    return queries, begin, end


@operation("cloudwatch", "GetMetricData")
def get_metric_data(call):
    queries, begin, end = _checked(call)
    metrics = call.state(Metrics)
    known = {
        query["Id"]: _stat_series(metrics, query["MetricStat"], begin, end)
        for query in queries
        if "MetricStat" in query
    }
    grid = _grid(queries, begin, min(end, call.account.now()))
    for query in [query for query in queries if "Expression" in query]:
        known[query["Id"]] = metric_math.evaluate(query["Expression"], known, grid)
    falling = call.parameters.get("ScanBy", "TimestampDescending") == "TimestampDescending"
    results = [
        _result(metrics, query, known[query["Id"]], falling)
        for query in queries
        if query.get("ReturnData", True)
    ]
    return _page(call, results)


def _stat_series(metrics, stat, begin, end):
    return metrics.series(stat["Metric"], stat["Period"], stat["Stat"], begin, end)


def _grid(queries, begin, end):
    """The instants at which FILL may put a point."""
    periods = [
        query["MetricStat"]["Period"] if "MetricStat" in query else query.get("Period", 60)
        for query in queries
    ] or [60]
    period = max(periods)
    first = int(begin - begin % period)
    return [float(when) for when in range(first, int(end), period)]


def _result(metrics, query, series, falling):
    name = query["MetricStat"]["Metric"]["MetricName"] if "MetricStat" in query else query["Id"]
    points = sorted(series.items(), reverse=falling)
    status = metrics.status_of(name)
    if status == "PartialData":
        points = points[len(points) // 2 :]
    elif status is not None:
        points = [] if status in ("InternalError", "Forbidden") else points
    return {
        "Id": query["Id"],
        "Label": query.get("Label", name),
        "points": points,
        "StatusCode": status or "Complete",
    }


def _page(call, results):
    """The results cut into pages of data points; what goes on on the next page is PartialData."""
    size = call.account.settings["metric_page_size"] or int(call.parameters.get("MaxDatapoints") or _PAGE)
    offset = int((call.parameters.get("NextToken") or "page-0").split("-")[1])
    shown, position = [], 0
    for result in results:
        points = result.pop("points")
        begin, end = position, position + len(points)
        position = end
        cut = points[max(0, offset - begin) : max(0, offset + size - begin)]
        if cut or (not points and offset <= begin < offset + size):
            status = "PartialData" if end > offset + size else result["StatusCode"]
            shown.append(
                {
                    **result,
                    "StatusCode": status,
                    "Values": [value for _, value in cut],
                    "Timestamps": [moment(when) for when, _ in cut],
                }
            )
    more = position > offset + size
    return {
        "MetricDataResults": shown,
        "Messages": [],
        "NextToken": f"page-{offset + size}" if more else None,
    }


@operation("cloudwatch", "PutMetricData")
def put_metric_data(call):
    namespace = call.parameters["Namespace"]
    if namespace.startswith("AWS/"):
        raise AwsError("InvalidParameterValue", f"The value {namespace} for parameter Namespace is invalid.")
    for datum in call.parameters.get("MetricData") or []:
        at = epoch(datum["Timestamp"]) if datum.get("Timestamp") else call.account.now()
        dimensions = {each["Name"]: each["Value"] for each in datum.get("Dimensions") or []}
        resolution = datum.get("StorageResolution") or 60
        call.state(Metrics).add(
            namespace, datum["MetricName"], dimensions, at - at % resolution, _pairs(datum)
        )
    return {}


def _pairs(datum):
    """A datum's values; of a statistic set, its mean so often, which keeps Sum, SampleCount and Average."""
    if datum.get("Values"):
        return list(zip(datum["Values"], datum.get("Counts") or [1] * len(datum["Values"])))
    if datum.get("StatisticValues"):
        known = datum["StatisticValues"]
        return [(known["Sum"] / known["SampleCount"], known["SampleCount"])]
    return [(datum["Value"], 1)]


@operation("cloudwatch", "GetMetricStatistics")
def get_metric_statistics(call):
    asked = call.parameters
    begin, end, period = epoch(asked["StartTime"]), epoch(asked["EndTime"]), asked["Period"]
    points = {}
    for spelled in [*(asked.get("Statistics") or []), *(asked.get("ExtendedStatistics") or [])]:
        extended = spelled in (asked.get("ExtendedStatistics") or [])
        for at, value in call.state(Metrics).series(asked, period, spelled, begin, end).items():
            point = points.setdefault(at, {"Timestamp": moment(at), "Unit": "None"})
            (point.setdefault("ExtendedStatistics", {}) if extended else point)[spelled] = value
    return {"Label": asked["MetricName"], "Datapoints": list(points.values())}


@operation("cloudwatch", "ListMetrics")
def list_metrics(call):
    asked = call.parameters
    wanted = {each["Name"]: each.get("Value") for each in asked.get("Dimensions") or []}
    listed = []
    for namespace, name, dimensions in call.state(Metrics).put:
        has = dict(dimensions)
        if (
            asked.get("Namespace") in (None, namespace)
            and asked.get("MetricName") in (None, name)
            and all(key in has and value in (None, has[key]) for key, value in wanted.items())
        ):
            listed.append(
                {
                    "Namespace": namespace,
                    "MetricName": name,
                    "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions],
                }
            )
    return {"Metrics": listed}
