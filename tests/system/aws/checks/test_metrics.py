"""CloudWatch over RPC v2 CBOR: statistics, periods, lag, pages, metric math, and the traffic behind them."""

import datetime

from . import templates
from .rig import Check

ALB = "AWS/ApplicationELB"


def query(name, stat="Sum", dimensions=None, identifier="m", period=60, namespace="App", **more):
    listed = [{"Name": key, "Value": value} for key, value in (dimensions or {}).items()]
    metric = {"Namespace": namespace, "MetricName": name, "Dimensions": listed}
    return {"Id": identifier, "MetricStat": {"Metric": metric, "Period": period, "Stat": stat}, **more}


class Metrics(Check):
    wanted = {"certificates": ["*.example.com", "*.example.net"]}

    def data(self, queries, begin, end, **more):
        """{id: {instant: value}} of complete answers."""
        got = self.raw(queries, begin, end, **more)["MetricDataResults"]
        self.assertEqual({each["StatusCode"] for each in got} - {"Complete"}, set())
        return {
            each["Id"]: {when.timestamp(): value for when, value in zip(each["Timestamps"], each["Values"])}
            for each in got
        }

    def raw(self, queries, begin, end, **more):
        moment = lambda seconds: datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
        return self.aws("cloudwatch").get_metric_data(
            MetricDataQueries=queries, StartTime=moment(begin), EndTime=moment(end), **more
        )

    def put(self, at, values, name="latency"):
        self.post("metrics", {"put": [{"namespace": "App", "name": name, "at": at, "values": values}]})

    def test_statistics_of_a_period(self):
        start = self.now() // 300 * 300 - 600
        self.put(start, [float(number) for number in range(1, 101)])
        wanted = {
            "Sum": 5050,
            "SampleCount": 100,
            "Average": 50.5,
            "Minimum": 1,
            "Maximum": 100,
            "p50": 50.5,
            "p99": 99.01,
            "TC(10:20)": 10,
            "TC(90:)": 10,
            "PR(:25)": 25,
            "TM(10%:90%)": 50.5,
            "tc90": 90,
        }
        got = self.data(
            [query("latency", stat, identifier=f"m{number}") for number, stat in enumerate(wanted)],
            start,
            start + 60,
        )
        for number, (stat, value) in enumerate(wanted.items()):
            self.assertAlmostEqual(got[f"m{number}"][start], value, msg=stat)

    def test_there_are_no_points_where_nothing_was_counted(self):
        start = self.now() // 300 * 300 - 600
        self.put(start, [1.0])
        self.put(start + 240, [2.0])
        got = self.data(
            [query("latency"), query("latency", period=300, identifier="five")], start, start + 300
        )
        self.assertEqual(got, {"m": {start: 1.0, start + 240: 2.0}, "five": {start: 3.0}})

    def test_metric_math(self):
        start = self.now() // 60 * 60 - 600
        for minute in range(3):
            self.put(start + 60 * minute, [10.0], "requests")
        self.put(start, [2.0], "errors")
        hidden = [
            query("requests", identifier="r", ReturnData=False),
            query("errors", identifier="e", ReturnData=False),
        ]
        wanted = {
            "100*e/r": [20],
            "FILL(e,0)/r*100": [20, 0, 0],
            "IF(r>5, r-1, 0)": [9, 9, 9],
            "SUM([r,e])": [12, 10, 10],
            "SUM(METRICS())": [12, 10, 10],
            "-e": [-2],
        }
        for expression, values in wanted.items():
            asked = [*hidden, {"Id": "x", "Expression": expression}]
            got = self.data(asked, start, start + 180, ScanBy="TimestampAscending")
            self.assertEqual(list(got["x"].values()), values, expression)
        self.refused(
            "ValidationError",
            self.raw,
            queries=[{"Id": "x", "Expression": "nothing+1"}],
            begin=start,
            end=start + 60,
        )

    def test_pages_and_partial_answers(self):
        start = self.now() // 60 * 60 - 600
        for minute in range(5):
            self.put(start + 60 * minute, [float(minute)])
        self.post("settings", {"metric_page_size": 2})
        first = self.raw([query("latency")], start, start + 300, ScanBy="TimestampAscending")
        self.assertEqual(first["MetricDataResults"][0]["StatusCode"], "PartialData")
        pages = list(
            self.aws("cloudwatch")
            .get_paginator("get_metric_data")
            .paginate(
                MetricDataQueries=[query("latency")],
                StartTime=start,
                EndTime=start + 300,
                ScanBy="TimestampAscending",
            )
        )
        values = [value for page in pages for each in page["MetricDataResults"] for value in each["Values"]]
        self.assertEqual((len(pages), values), (3, [0, 1, 2, 3, 4]))
        self.post("settings", {"metric_page_size": 0})
        self.post("metrics", {"status": [{"metric": "latency", "status": "InternalError", "times": 1}]})
        result = self.raw([query("latency")], start, start + 300)["MetricDataResults"][0]
        self.assertEqual((result["StatusCode"], result["Values"]), ("InternalError", []))
        self.assertEqual(len(self.data([query("latency")], start, start + 300)["m"]), 5)

    def test_queries_that_make_no_sense_are_refused(self):
        for wrong in (
            [query("a", identifier="A")],
            [query("a"), query("a")],
            [query("a", "p101")],
            [query("a", period=61)],
        ):
            self.refused("ValidationError", self.raw, queries=wrong, begin=0, end=60)
        self.refused(
            "InvalidParameterValue",
            self.aws("cloudwatch").put_metric_data,
            Namespace="AWS/EC2",
            MetricData=[{"MetricName": "a", "Value": 1.0}],
        )

    def test_alarms_are_reached_by_cbor(self):
        self.aws("cloudwatch").put_metric_alarm(
            AlarmName="a",
            Namespace="App",
            MetricName="m",
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1.0,
            ComparisonOperator="GreaterThanThreshold",
        )
        found = self.aws("cloudwatch").describe_alarms(AlarmNames=["a"])["MetricAlarms"][0]
        self.assertEqual((found["AlarmName"], found["Threshold"]), ("a", 1.0))
        self.aws("cloudwatch").delete_alarms(AlarmNames=["a"])
        self.assertEqual(self.aws("cloudwatch").describe_alarms()["MetricAlarms"], [])

    def deploy(self):
        for name, body in (
            (templates.INIT, templates.init(self.ground)),
            (templates.STACK, templates.green(self.ground, desired=1)),
            ("blue", templates.green(self.ground, desired=1, release="1")),
        ):
            self.aws("cloudformation").create_stack(
                StackName=name, TemplateBody=body, Capabilities=["CAPABILITY_NAMED_IAM"]
            )
        self.later(120)
        self.post(
            "traffic",
            {
                "fqdn": "webapi.example.com",
                "rps": 100,
                "seed": 7,
                "sides": {
                    "2": {"error_ratio": 0.1, "median_s": 0.1},
                    "*": {"error_ratio": 0.01, "median_s": 0.05},
                },
            },
        )

    def dimensions(self, release):
        balancer = next(each["arn"] for each in self.ground["balancers"] if each["release"] == release)
        group = next(
            each["TargetGroupArn"]
            for each in self.aws("elbv2").describe_target_groups()["TargetGroups"]
            if balancer in each["LoadBalancerArns"]
        )
        return {"LoadBalancer": balancer.split("loadbalancer/")[1], "TargetGroup": group.rsplit(":", 1)[1]}

    def shift(self, green):
        zone = self.ground["zones"]["example.com"]
        found = self.aws("route53").list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
        for record in (each for each in found if "SetIdentifier" in each):
            weight = green if record["SetIdentifier"] == "2" else 100 - green
            self.aws("route53").change_resource_record_sets(
                HostedZoneId=zone,
                ChangeBatch={
                    "Changes": [{"Action": "UPSERT", "ResourceRecordSet": {**record, "Weight": weight}}]
                },
            )

    def ask(self, names, minute, stat="Sum"):
        queries = [
            query(name, stat, self.dimensions(release), f"m{release}{name.lower()}", namespace=ALB)
            for name in names
            for release in "12"
        ]
        got = self.data(queries, minute, minute + 60)
        return {
            name: tuple(got[f"m{release}{name.lower()}"].get(minute, 0) for release in "12") for name in names
        }

    def test_traffic_follows_the_weights_with_resolver_caching_and_lag(self):
        self.deploy()
        self.later(60 - self.now() % 60 + 0.5)
        self.shift(25)
        first = self.now() // 60 * 60
        self.later(130)
        self.assertEqual(self.ask(["RequestCount"], first)["RequestCount"][0] > 0, True)
        self.assertEqual(self.ask(["RequestCount"], first + 60)["RequestCount"], (0, 0))
        self.later(60)
        blue, green = self.ask(["RequestCount"], first)["RequestCount"]
        self.assertAlmostEqual(green / (blue + green), 0.125, delta=0.02)
        blue, green = self.ask(["RequestCount"], first + 60)["RequestCount"]
        self.assertAlmostEqual(blue + green, 6000, delta=300)
        self.assertAlmostEqual(green / (blue + green), 0.25, delta=0.02)
        names = [f"HTTPCode_Target_{each}XX_Count" for each in "25"]
        codes = self.ask(names, first + 60)
        self.assertAlmostEqual(codes[names[1]][1] / green, 0.1, delta=0.03)
        self.assertAlmostEqual(codes[names[1]][0] / blue, 0.01, delta=0.005)
        self.assertEqual(codes[names[0]][1] + codes[names[1]][1], green)
        median = self.ask(["TargetResponseTime"], first + 60, "p50")["TargetResponseTime"]
        self.assertAlmostEqual(median[0], 0.05, delta=0.005)
        self.assertAlmostEqual(median[1], 0.1, delta=0.01)
        slow = self.ask(["TargetResponseTime"], first + 60, "TC(0.1:)")["TargetResponseTime"]
        self.assertAlmostEqual(slow[1] / green, 0.5, delta=0.06)
        self.assertEqual(self.ask(["HealthyHostCount"], first + 60, "Minimum")["HealthyHostCount"], (1, 1))
        again = self.ask(["RequestCount"], first + 60)["RequestCount"]
        self.assertEqual(again, (blue, green))
