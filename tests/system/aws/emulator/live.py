"""A service that is live already, as the predecessor left it: its two stacks, its tasks, its registry item.

The stacks are of its form (`stage-webapi-1` with the service, `stage-webapi-0` with log group and
records), the registry is the item of `canary_release`; nothing has to be waited for.
"""

import datetime
import hashlib
import json

from . import elb, others
from .errors import AwsError

DEFAULTS = {
    "service": "webapi",
    "project": "demo",
    "version": "1.0.0",
    "environment": "stage",
    "group": "private",
    "release": "1",
    "fqdns": ["webapi.example.com"],
    "port": 8080,
    "desired": 2,
    "ttl": 60,
}
_TABLE = "canary_release"
_AT_ONCE = {"stack_resource_s": 0, "task_start_s": 0, "table_create_s": 0}


def build(account, region, wanted):
    """Makes it and returns the names and ARNs."""
    unknown = set(wanted) - set(DEFAULTS)
    if unknown:
        raise AwsError("BadLive", f"unknown {sorted(unknown)}; known are {sorted(DEFAULTS)}")
    before = dict(account.settings)
    account.settings.update(_AT_ONCE)
    try:
        return _Live(account, region, {**DEFAULTS, **wanted}).build()
    finally:
        account.settings.update(before)


class _Live:
    def __init__(self, account, region, wanted):
        self.account = account
        self.region = region
        self.wanted = wanted
        self.prefix = f"{wanted['environment'][:5]}-{wanted['service']}"
        self.cluster = f"{wanted['environment']}-ecs-cluster"
        self.service = f"{wanted['service']}-{wanted['release']}"
        self.logs = f"/aws/ecs/{self.cluster}/service/{wanted['service']}"
        self.sides = self._balancers()

    def call(self, service, operation, /, **parameters):
        return self.account.call(service, operation, self.region, **parameters)

    def _balancers(self):
        """{release: load balancer} of the group."""
        balancers = self.call("elbv2", "DescribeLoadBalancers")["LoadBalancers"]
        sides = {}
        for balancer in balancers:
            arns = [balancer["LoadBalancerArn"]]
            described = self.call("elbv2", "DescribeTags", ResourceArns=arns)["TagDescriptions"][0]["Tags"]
            tags = {tag["Key"]: tag["Value"] for tag in described}
            if tags.get("CanaryGroup") == self.wanted["group"]:
                sides[tags["CanaryRelease"]] = balancer
        if self.wanted["release"] not in sides:
            raise AwsError("BadLive", f"no balancer of {self.wanted['group']}/{self.wanted['release']}")
        return sides

    def build(self):
        init = self._stack("0", self._init())
        stack = self._stack(self.wanted["release"], self._service())
        self.call(
            "ecs",
            "UpdateService",
            cluster=self.cluster,
            service=self.service,
            desiredCount=self.wanted["desired"],
        )
        self.account.settle()
        resources = self.call("cloudformation", "DescribeStackResources", StackName=stack)["StackResources"]
        ids = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in resources}
        self._age(ids["TargetGroup"])
        self._register(stack)
        return {
            "stack": stack,
            "init_stack": init,
            "service": self.service,
            "cluster": self.cluster,
            "target_group": ids["TargetGroup"],
            "listener": ids["Listener"],
            "balancer": self.sides[self.wanted["release"]]["LoadBalancerArn"],
        }

    def _stack(self, last, resources):
        name = f"{self.prefix}-{last}"
        tags = {
            "Project": self.wanted["project"],
            "Service": self.wanted["service"],
            "Environment": self.wanted["environment"],
            "Version": self.wanted["version"],
        }
        self.call(
            "cloudformation",
            "CreateStack",
            StackName=name,
            TemplateBody=json.dumps({"Resources": resources}),
            Capabilities=["CAPABILITY_NAMED_IAM"],
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        )
        self.account.settle()
        stack = self.call("cloudformation", "DescribeStacks", StackName=name)["Stacks"][0]
        if stack["StackStatus"] != "CREATE_COMPLETE":
            events = self.call("cloudformation", "DescribeStackEvents", StackName=name)["StackEvents"]
            reasons = [each.get("ResourceStatusReason") for each in events]
            raise AwsError("BadLive", f"{name} is {stack['StackStatus']}: {reasons}")
        return name

    def _init(self):
        resources = {
            "CloudWatchLogGroup": {
                "Type": "AWS::Logs::LogGroup",
                "Properties": {"LogGroupName": self.logs, "RetentionInDays": 7},
            }
        }
        zones = [zone["Name"] for zone in self.call("route53", "ListHostedZones")["HostedZones"]]
        for number, fqdn in enumerate(self.wanted["fqdns"], 1):
            fitting = [zone for zone in zones if f"{fqdn}.".endswith(f".{zone}")]
            if not fitting:
                raise AwsError("BadLive", f"no zone for {fqdn}; there are {zones}")
            resources[f"CanaryReleaseRecordSetGroup{number}"] = {
                "Type": "AWS::Route53::RecordSetGroup",
                "Properties": {
                    "HostedZoneName": max(fitting, key=len),
                    "RecordSets": [self._record(fqdn, *side) for side in self.sides.items()],
                },
            }
        return resources

    def _record(self, fqdn, release, balancer):
        return {
            "Name": fqdn,
            "Type": "CNAME",
            "SetIdentifier": release,
            "TTL": self.wanted["ttl"],
            "Weight": 100 if release == self.wanted["release"] else 0,
            "ResourceRecords": [balancer["DNSName"]],
        }

    def _service(self):
        balancer = self.sides[self.wanted["release"]]
        port = self.wanted["port"]
        group = {"Ref": "TargetGroup"}
        container = {
            "Name": "default",
            "Image": f"{self.wanted['service']}:{self.wanted['version']}",
            "Memory": 128,
            "PortMappings": [{"ContainerPort": port, "HostPort": 0}],
            "LogConfiguration": {
                "LogDriver": "awslogs",
                "Options": {
                    "awslogs-group": self.logs,
                    "awslogs-region": self.region,
                    "awslogs-stream-prefix": self.wanted["version"],
                },
            },
        }
        resources = {
            "TargetGroup": (
                "ElasticLoadBalancingV2::TargetGroup",
                {
                    "Name": f"{self.wanted['service'][:12]}-{self.wanted['release']}-Default{port}-tg",
                    "Port": port,
                    "Protocol": "HTTP",
                    "VpcId": balancer["VpcId"],
                    "Tags": [
                        {"Key": "Service", "Value": self.wanted["service"]},
                        {"Key": "CanaryRelease", "Value": self.wanted["release"]},
                    ],
                },
            ),
            "Listener": (
                "ElasticLoadBalancingV2::Listener",
                {
                    "LoadBalancerArn": balancer["LoadBalancerArn"],
                    "Port": port,
                    "Protocol": "HTTP",
                    "DefaultActions": [{"Type": "forward", "TargetGroupArn": group}],
                },
            ),
            "TaskDefinition": (
                "ECS::TaskDefinition",
                {"Family": self.prefix, "ContainerDefinitions": [container]},
            ),
            "Service": (
                "ECS::Service",
                {
                    "Cluster": self.cluster,
                    "ServiceName": self.service,
                    "DesiredCount": 0,
                    "TaskDefinition": {"Ref": "TaskDefinition"},
                    "LoadBalancers": [
                        {"ContainerName": "default", "ContainerPort": port, "TargetGroupArn": group}
                    ],
                },
            ),
        }
        made = {
            name: {"Type": f"AWS::{kind}", "Properties": each} for name, (kind, each) in resources.items()
        }
        made["Service"]["DependsOn"] = "Listener"
        return made

    def _age(self, group):
        """Its targets registered long ago, so they are healthy."""
        for target in self.account.state(elb.Targets, self.region).groups.get(group, {}).values():
            target["at"] -= self.account.settings["health_initial_s"] + 3600

    def _register(self, stack):
        """The predecessor's item: which balancer is live."""
        wanted = self.wanted
        tables = self.call("dynamodb", "ListTables")["TableNames"]
        if _TABLE not in tables:
            self.call(
                "dynamodb",
                "CreateTable",
                TableName=_TABLE,
                BillingMode="PAY_PER_REQUEST",
                KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            )
            self.account.state(others.Tables, self.region).made.clear()
        key = "#".join((wanted["group"], wanted["service"], wanted["environment"], self.region))
        at = datetime.datetime.fromtimestamp(self.account.now(), datetime.timezone.utc)
        item = {
            "id": hashlib.md5(key.encode()).hexdigest(),
            "canary_group": wanted["group"],
            "service_name": wanted["service"],
            "service_version": wanted["version"],
            "environment": wanted["environment"],
            "project": wanted["project"],
            "region": self.region,
            "canary_release": wanted["release"],
            "alb_arn": self.sides[wanted["release"]]["LoadBalancerArn"],
            "stack_name": stack,
            "deploy_at": at.replace(tzinfo=None, microsecond=0).isoformat(),
            "ecs_crd_version": "1.2.0",
        }
        self.call(
            "dynamodb", "PutItem", TableName=_TABLE, Item={name: {"S": text} for name, text in item.items()}
        )
