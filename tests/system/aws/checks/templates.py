"""Templates like those a deployment renders: a green stack (`green.yml`) and an init stack."""

import json
import pathlib

import yaml

STACK, INIT = "stage-webapi-2", "stage-webapi-0"
LOGS = "/aws/ecs/stage-ecs-cluster/service/webapi"
_GREEN = pathlib.Path(__file__).with_name("green.yml")


def green(ground, desired=0, release="2"):
    """The green stack of a release, as JSON."""
    first, second = ground["certificates"].values()
    known = {
        "balancer": next(each["arn"] for each in ground["balancers"] if each["release"] == release),
        "cluster": ground["cluster_arn"],
        "desired": str(desired),
        "first": first,
        "logs": LOGS,
        "release": release,
        "second": second,
        "vpc": ground["vpc_id"],
    }
    text = _GREEN.read_text()
    for name, value in known.items():
        text = text.replace(f"{{{name}}}", value)
    return json.dumps(yaml.safe_load(text))


def init(ground, name="webapi.example.com"):
    """A log group and two weighted records: release 1 at 100, release 2 at 0."""
    records = [
        {
            "Name": name,
            "Type": "CNAME",
            "SetIdentifier": balancer["release"],
            "TTL": 60,
            "Weight": 100 if balancer["release"] == "1" else 0,
            "ResourceRecords": [balancer["dns_name"]],
        }
        for balancer in ground["balancers"]
    ]
    logs = {"LogGroupName": LOGS, "RetentionInDays": 7}
    zone = {"HostedZoneName": "example.com.", "RecordSets": records}
    return json.dumps(
        {
            "Resources": {
                "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": logs},
                "Records": {"Type": "AWS::Route53::RecordSetGroup", "Properties": zone},
            }
        }
    )
