"""What is missing in services that moto otherwise has: STS, SNS, IAM, Application Auto Scaling."""

import functools
import json
import secrets
import string

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, iam_backends

from .calls import guard, operation
from .clock import moment
from .errors import AwsError

_UPPER = string.ascii_uppercase + string.digits
_SUSPENDED = ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended")


class Messages:
    """What was published, in order."""

    def __init__(self, account, _region):
        self.account = account
        self.sent = []


@operation("sts", "GetCallerIdentity")
def get_caller_identity(call):
    return {
        "UserId": (call.access_key or "AKIAEXAMPLE")[:20],
        "Account": call.account.id,
        "Arn": call.caller_arn(),
    }


@operation("sts", "AssumeRole")
def assume_role(call):
    """Credentials for the role's own account: the access key names it (`app.account_of`)."""
    arn, session = call.parameters["RoleArn"], call.parameters["RoleSessionName"]
    parts = arn.split(":")
    if len(parts) < 6 or not parts[5].startswith("role/"):
        raise AwsError("ValidationError", f"{arn} is invalid")
    last = "".join(secrets.choice(_UPPER) for _ in range(4))
    expiration = call.account.now() + int(call.parameters.get("DurationSeconds") or 3600)
    return {
        "Credentials": {
            "AccessKeyId": f"ASIA{parts[4]}{last}",
            "SecretAccessKey": secrets.token_hex(20),
            "SessionToken": secrets.token_hex(40),
            "Expiration": moment(expiration),
        },
        "AssumedRoleUser": {
            "AssumedRoleId": f"AROAEXAMPLE:{session}",
            "Arn": f"arn:aws:sts::{parts[4]}:assumed-role/{parts[5].split('/')[-1]}/{session}",
        },
    }


@operation("sns", "Publish")
def publish(call):
    """https://docs.aws.amazon.com/sns/latest/api/API_Publish.html says what a subject may be."""
    asked = call.parameters
    subject = asked.get("Subject")
    if subject is not None and not (subject.isascii() and subject.isprintable() and 0 < len(subject) < 100):
        raise AwsError("InvalidParameter", "Invalid parameter: Subject")
    result = call.moto()
    call.account.state(Messages).sent.append(
        {
            "at": call.account.now(),
            "topic": asked.get("TopicArn"),
            "subject": subject,
            "message": asked["Message"],
        }
    )
    return result


@functools.cache
def _managed_policies():
    return json.loads(aws_managed_policies_data)


@operation("iam", "AttachRolePolicy")
def attach_role_policy(call):
    """AWS's own policies exist in every account; moto would load all 1,400 of them into each."""
    arn = call.parameters["PolicyArn"]
    name = arn.rsplit("/", 1)[-1]
    known = iam_backends[call.account.id]["aws"].managed_policies
    if ":iam::aws:policy/" in arn and arn not in known and name in _managed_policies():
        policy = AWSManagedPolicy.from_data(name, call.account.id, "aws", _managed_policies()[name])
        known[policy.arn] = policy
    return call.moto()


class Tables:
    """When each DynamoDB table was made."""

    def __init__(self, account, _region):
        self.account = account
        self.made = {}

    def is_creating(self, name):
        ready = self.made.get(name, 0) + self.account.settings["table_create_s"]
        return name in self.made and self.account.now() < ready


@operation("dynamodb", "CreateTable")
def create_table(call):
    """CREATING for its time, as on AWS; moto has it at once."""
    result = call.moto()
    call.state(Tables).made[call.parameters["TableName"]] = call.account.now()
    return _creating(call, result, "TableDescription")


@operation("dynamodb", "DescribeTable")
def describe_table(call):
    return _creating(call, call.moto(), "Table")


def _creating(call, result, key):
    if call.state(Tables).is_creating(call.parameters["TableName"].rsplit("/", 1)[-1]):
        result[key]["TableStatus"] = "CREATING"
    return result


@guard("dynamodb", "GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan")
def refuse_early(call):
    """Before a table is ACTIVE it has no items."""
    if call.state(Tables).is_creating(call.parameters["TableName"]):
        raise AwsError("ResourceNotFoundException", "Requested resource not found")


@operation("application-autoscaling", "RegisterScalableTarget")
def register_scalable_target(call):
    """What a second registration leaves out stays as it was, each suspension by itself."""
    asked = dict(call.parameters)
    if "SuspendedState" in asked:
        known = call.account.call(
            "application-autoscaling",
            "DescribeScalableTargets",
            call.region,
            ServiceNamespace=asked["ServiceNamespace"],
            ResourceIds=[asked["ResourceId"]],
            ScalableDimension=asked["ScalableDimension"],
        )["ScalableTargets"]
        before = known[0]["SuspendedState"] if known else {}
        asked["SuspendedState"] = {**before, **asked["SuspendedState"]}
    return call.moto(asked)


@operation("application-autoscaling", "DescribeScalableTargets")
def describe_scalable_targets(call):
    result = call.moto()
    for target in result["ScalableTargets"]:
        state = target.get("SuspendedState") or {}
        target["SuspendedState"] = {name: state.get(name, False) for name in _SUSPENDED}
        if isinstance(target.get("CreationTime"), (int, float)):
            target["CreationTime"] = moment(target["CreationTime"])
    return result


class ScalingTags:
    """The tags of scalable targets, by ARN."""

    def __init__(self, _account, _region):
        self.of = {}


def _tags_of(call):
    """The tags of the target that is meant; one that is not there is refused."""
    arn = call.parameters["ResourceARN"]
    known = call.account.call(
        "application-autoscaling", "DescribeScalableTargets", call.region, ServiceNamespace="ecs"
    )["ScalableTargets"]
    if not any(target.get("ScalableTargetARN") == arn for target in known):
        raise AwsError("ResourceNotFoundException", f"Resource not found: {arn}")
    return call.state(ScalingTags).of.setdefault(arn, {})


@operation("application-autoscaling", "TagResource")
def tag_scalable_target(call):
    _tags_of(call).update(call.parameters["Tags"])
    return {}


@operation("application-autoscaling", "UntagResource")
def untag_scalable_target(call):
    tags = _tags_of(call)
    for key in call.parameters["TagKeys"]:
        tags.pop(key, None)
    return {}


@operation("application-autoscaling", "ListTagsForResource")
def list_tags_of_scalable_target(call):
    return {"Tags": dict(_tags_of(call))}
