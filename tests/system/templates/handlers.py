"""Writes what CloudFormation's handlers are allowed to need: engine/stack/data/handlers.json.

Run by the Python that has cfn-lint (requirements.txt):
`python handlers.py > ../../../engine/stack/data/handlers.json`.
The resource schemas that cfn-lint carries name the permissions of every handler and of tagging.
"""

import json
import sys
from importlib.metadata import version

from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

# Every type that a template of ours has.
TYPES = [
    "AWS::ApplicationAutoScaling::ScalableTarget",
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::CloudWatch::Alarm",
    "AWS::ECS::Service",
    "AWS::ECS::TaskDefinition",
    "AWS::ElasticLoadBalancingV2::Listener",
    "AWS::ElasticLoadBalancingV2::ListenerRule",
    "AWS::ElasticLoadBalancingV2::TargetGroup",
    "AWS::IAM::Role",
    "AWS::Logs::LogGroup",
]

# Types that CloudFormation handles without a schema of handlers, by hand.
CERTIFICATES = "elasticloadbalancing:DescribeListenerCertificates"
BY_HAND = {
    "AWS::ElasticLoadBalancingV2::ListenerCertificate": {
        "source": "Service Authorization Reference, Elastic Load Balancing V2: the actions on the"
        " certificates of a listener",
        "create": ["elasticloadbalancing:AddListenerCertificates", CERTIFICATES],
        "delete": ["elasticloadbalancing:RemoveListenerCertificates", CERTIFICATES],
    },
    "AWS::Route53::RecordSetGroup": {
        "source": "the handlers of AWS::Route53::RecordSet, which makes the same records one by one",
        "like": "AWS::Route53::RecordSet",
    },
}


def of_schema(kind):
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    handlers = schema["handlers"]
    permissions = {name: handlers.get(name, {}) for name in ("create", "read", "update", "delete")}
    permissions["tag"] = schema.get("tagging", {})
    return {name: sorted(set(it.get("permissions", []))) for name, it in permissions.items()}


def by_hand(row):
    row = dict(row)
    like = row.pop("like", None)
    return {**row, **(of_schema(like) if like else {})}


types = {kind: of_schema(kind) for kind in TYPES}
types.update({kind: by_hand(row) for kind, row in BY_HAND.items()})
source = f"the resource schemas in cfn-lint {version('cfn-lint')}, for the types without a source of their own"
json.dump({"source": source, "types": types}, sys.stdout, indent=2, sort_keys=True)
print()
