"""The resource types of a stack: each is made and deleted by the calls that CloudFormation makes.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
says what Ref and Fn::GetAtt give. A property that the type's API does not know fails the resource.
"""

import json
import secrets

from . import wire
from .errors import AwsError

# What a deletion answers when there is nothing left to delete: CloudFormation takes it for success.
_GONE = ("NotFound", "NoSuch", "NotActive", "ResourceNotFoundException", "does not exist", "doesn't exist",
         "No scalable target found", "No scaling policy found")


class Made:
    """A resource that stands: what Ref gives, what GetAtt gives, and its resolved properties."""

    def __init__(self, physical_id, attributes=None):
        self.physical_id = physical_id
        self.attributes = attributes or {}


class Context:
    """Where a resource is made: `stack` names it, `call` calls the account's own APIs."""

    def __init__(self, account, region, stack_name, logical_id, tags):
        self.account = account
        self.region = region
        self.stack_name = stack_name
        self.logical_id = logical_id
        self.tags = tags

    def call(self, service, operation, /, **parameters):
        return self.account.call(service, operation, self.region, **parameters)

    def name(self, longest=64):
        """A name as CloudFormation makes it where the template gives none."""
        suffix = secrets.token_hex(6)
        return f"{self.stack_name}-{self.logical_id}"[:longest - 13].rstrip("-") + "-" + suffix


def to_api(value, shape, where="Properties"):
    """A property's value in the names and types of the API: keys are compared without case."""
    kind = shape.type_name
    if kind == "structure":
        members = {name.lower(): (name, member) for name, member in shape.members.items()}
        unknown = [key for key in value if key.lower() not in members]
        if unknown:
            raise AwsError("GeneralServiceException",
                           f"Properties validation failed: #/{where}: extraneous key [{unknown[0]}] is not permitted")
        return {members[key.lower()][0]: to_api(item, members[key.lower()][1], f"{where}/{key}")
                for key, item in value.items()}
    if kind == "list":
        return [to_api(item, shape.member, where) for item in value]
    if kind == "map":
        return {key: to_api(item, shape.value, where) for key, item in value.items()}
    if kind in ("integer", "long"):
        return int(value)
    if kind in ("double", "float"):
        return float(value)
    if kind == "boolean":
        return value if isinstance(value, bool) else str(value).lower() == "true"
    return json.dumps(value) if isinstance(value, dict) else _text(value)


def _text(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


def _create(context, service, operation, properties, tags_key=None, tags=(), **extra):
    """Calls the operation with the properties, and the tags in the service's own spelling."""
    if tags_key:
        own = [{key.lower(): str(item) for key, item in tag.items()} for tag in properties.pop("Tags", [])]
        every = {tag["key"]: tag["value"] for tag in [*tags, *own]}
        spelled = (lambda text: text) if tags_key == "tags" else str.capitalize
        properties[tags_key] = [{spelled("key"): key, spelled("value"): value} for key, value in every.items()]
    return context.call(service, operation, **to_api({**properties, **extra},
                                                     wire.model(service, operation).input_shape))


def _target_group(context, properties):
    attributes = properties.pop("TargetGroupAttributes", [])
    properties.setdefault("Name", context.name(32))
    made = _create(context, "elbv2", "CreateTargetGroup", properties, "Tags", context.tags)["TargetGroups"][0]
    arn = made["TargetGroupArn"]
    if attributes:
        context.call("elbv2", "ModifyTargetGroupAttributes", TargetGroupArn=arn,
                     Attributes=[{key: _text(item) for key, item in each.items()} for each in attributes])
    return Made(arn, {"TargetGroupFullName": arn.split(":", 5)[5], "TargetGroupName": made["TargetGroupName"],
                      "TargetGroupArn": arn})


def _listener(context, properties):
    made = _create(context, "elbv2", "CreateListener", properties, "Tags", context.tags)
    arn = made["Listeners"][0]["ListenerArn"]
    return Made(arn, {"ListenerArn": arn})


def _rule(context, properties):
    made = _create(context, "elbv2", "CreateRule", properties, "Tags", context.tags)
    arn = made["Rules"][0]["RuleArn"]
    return Made(arn, {"RuleArn": arn})


def _listener_certificate(context, properties):
    _create(context, "elbv2", "AddListenerCertificates", dict(properties))
    return Made(context.name())


def _remove_certificates(context, made):
    context.call("elbv2", "RemoveListenerCertificates", ListenerArn=made.properties["ListenerArn"],
                 Certificates=made.properties["Certificates"])


def _task_definition(context, properties):
    properties.setdefault("Family", context.name())
    made = _create(context, "ecs", "RegisterTaskDefinition", properties, "tags", context.tags)
    arn = made["taskDefinition"]["taskDefinitionArn"]
    return Made(arn, {"TaskDefinitionArn": arn})


def _service(context, properties):
    properties.setdefault("ServiceName", context.name())
    made = _create(context, "ecs", "CreateService", properties, "tags", context.tags)["service"]
    return Made(made["serviceArn"], {"Name": made["serviceName"], "ServiceArn": made["serviceArn"]})


def _service_steady(context, made):
    """CloudFormation waits until a service has reached its steady state."""
    found = context.call("ecs", "DescribeServices", services=[made.physical_id],
                         cluster=made.properties.get("Cluster", "default"))["services"]
    return not found or found[0]["runningCount"] == found[0]["desiredCount"]


def _delete_service(context, made):
    context.call("ecs", "DeleteService", service=made.physical_id, force=True,
                 cluster=made.properties.get("Cluster", "default"))


def _role(context, properties):
    policies = properties.pop("Policies", [])
    managed = properties.pop("ManagedPolicyArns", [])
    properties.setdefault("RoleName", context.name())
    plain = [tag for tag in context.tags if not tag["key"].startswith("aws:")]
    made = _create(context, "iam", "CreateRole", properties, "Tags", plain)["Role"]
    attached = []
    try:
        for arn in managed:
            context.call("iam", "AttachRolePolicy", RoleName=made["RoleName"], PolicyArn=arn)
            attached.append(arn)
        for policy in policies:
            context.call("iam", "PutRolePolicy", RoleName=made["RoleName"], PolicyName=policy["PolicyName"],
                         PolicyDocument=json.dumps(policy["PolicyDocument"]))
    except AwsError:
        half = Made(made["RoleName"])
        half.properties = {"ManagedPolicyArns": attached}
        _delete_role(context, half)
        raise
    return Made(made["RoleName"], {"Arn": made["Arn"], "RoleId": made["RoleId"]})


def _delete_role(context, made):
    """CloudFormation detaches what the template attached; anything else makes the deletion fail."""
    name = made.physical_id
    for arn in made.properties.get("ManagedPolicyArns", []):
        context.call("iam", "DetachRolePolicy", RoleName=name, PolicyArn=arn)
    for policy in made.properties.get("Policies", []):
        context.call("iam", "DeleteRolePolicy", RoleName=name, PolicyName=policy["PolicyName"])
    context.call("iam", "DeleteRole", RoleName=name)


def _role_policy(context, properties):
    for role in properties.get("Roles", []):
        context.call("iam", "PutRolePolicy", RoleName=role, PolicyName=properties["PolicyName"],
                     PolicyDocument=json.dumps(properties["PolicyDocument"]))
    return Made(context.name(), {"Id": properties["PolicyName"]})


def _delete_role_policy(context, made):
    for role in made.properties.get("Roles", []):
        context.call("iam", "DeleteRolePolicy", RoleName=role, PolicyName=made.properties["PolicyName"])


def _log_group(context, properties):
    name = properties.setdefault("LogGroupName", context.name())
    context.call("logs", "CreateLogGroup", logGroupName=name)
    if "RetentionInDays" in properties:
        context.call("logs", "PutRetentionPolicy", logGroupName=name,
                     retentionInDays=int(properties["RetentionInDays"]))
    return Made(name, {"Arn": f"arn:aws:logs:{context.region}:{context.account.id}:log-group:{name}:*"})


def _scalable_target(context, properties):
    _create(context, "application-autoscaling", "RegisterScalableTarget", dict(properties))
    parts = (properties["ResourceId"], properties["ScalableDimension"], properties["ServiceNamespace"])
    return Made("|".join(parts), {"Id": "|".join(parts)})


def _target_key(physical_id):
    return dict(zip(("ResourceId", "ScalableDimension", "ServiceNamespace"), physical_id.split("|")))


def _scaling_policy(context, properties):
    target = properties.pop("ScalingTargetId", None)
    if target:
        properties.update(_target_key(target))
    made = _create(context, "application-autoscaling", "PutScalingPolicy", dict(properties))
    return Made(made["PolicyARN"], {"Arn": made["PolicyARN"], "PolicyName": properties["PolicyName"]})


def _delete_scaling_policy(context, made):
    keys = ("ResourceId", "ScalableDimension", "ServiceNamespace", "PolicyName")
    key = dict(made.properties)
    if "ScalingTargetId" in key:
        key.update(_target_key(key["ScalingTargetId"]))
    context.call("application-autoscaling", "DeleteScalingPolicy", **{name: key[name] for name in keys})


def _alarm(context, properties):
    name = properties.setdefault("AlarmName", context.name())
    _create(context, "cloudwatch", "PutMetricAlarm", properties)
    arn = f"arn:aws:cloudwatch:{context.region}:{context.account.id}:alarm:{name}"
    return Made(name, {"Arn": arn})


def _zone_of(context, properties):
    if properties.get("HostedZoneId"):
        return properties["HostedZoneId"]
    wanted = properties["HostedZoneName"]
    zones = context.call("route53", "ListHostedZones")["HostedZones"]
    found = [zone["Id"] for zone in zones if zone["Name"] == wanted]
    if len(found) != 1:
        raise AwsError("InvalidRequest", f"No hosted zones named {wanted} found" if not found
                       else f"Multiple hosted zones named {wanted} found")
    return found[0]


def _record_sets(properties):
    """The records of a RecordSetGroup or of a RecordSet, as Route 53's API takes them."""
    records = properties.get("RecordSets") or [
        {key: value for key, value in properties.items()
         if key not in ("HostedZoneId", "HostedZoneName", "Comment")}]
    shape = wire.model("route53", "ChangeResourceRecordSets").service_model.shape_for("ResourceRecordSet")
    return [to_api({**record, **({"ResourceRecords": [{"Value": value} for value in record["ResourceRecords"]]}
                                 if "ResourceRecords" in record else {})}, shape) for record in records]


def _change_records(context, zone, action, records):
    changes = [{"Action": action, "ResourceRecordSet": record} for record in records]
    context.call("route53", "ChangeResourceRecordSets", HostedZoneId=zone, ChangeBatch={"Changes": changes})


def _records(context, properties):
    records = _record_sets(properties)
    _change_records(context, _zone_of(context, properties), "CREATE", records)
    single = "RecordSets" not in properties
    return Made(records[0]["Name"] if single else context.name())


def _delete_records(context, made):
    """A record that is no longer as the template said stays, and the deletion succeeds all the same."""
    zone = _zone_of(context, made.properties)
    for record in _record_sets(made.properties):
        try:
            _change_records(context, zone, "DELETE", [record])
        except AwsError as error:
            if error.code != "InvalidChangeBatch":
                raise


def _topic(context, properties):
    properties.setdefault("TopicName", context.name())
    made = context.call("sns", "CreateTopic", Name=properties["TopicName"])
    return Made(made["TopicArn"], {"TopicArn": made["TopicArn"], "TopicName": properties["TopicName"]})


def _by_id(service, operation, key):
    return lambda context, made: context.call(service, operation, **{key: made.physical_id})


def _never_waits(_context, _made):
    return True


# type: (make, delete, whether it stands for good)
TYPES = {
    "AWS::ElasticLoadBalancingV2::TargetGroup":
        (_target_group, _by_id("elbv2", "DeleteTargetGroup", "TargetGroupArn"), _never_waits),
    "AWS::ElasticLoadBalancingV2::Listener":
        (_listener, _by_id("elbv2", "DeleteListener", "ListenerArn"), _never_waits),
    "AWS::ElasticLoadBalancingV2::ListenerRule":
        (_rule, _by_id("elbv2", "DeleteRule", "RuleArn"), _never_waits),
    "AWS::ElasticLoadBalancingV2::ListenerCertificate":
        (_listener_certificate, _remove_certificates, _never_waits),
    "AWS::ECS::TaskDefinition":
        (_task_definition, _by_id("ecs", "DeregisterTaskDefinition", "taskDefinition"), _never_waits),
    "AWS::ECS::Service": (_service, _delete_service, _service_steady),
    "AWS::IAM::Role": (_role, _delete_role, _never_waits),
    "AWS::IAM::Policy": (_role_policy, _delete_role_policy, _never_waits),
    "AWS::Logs::LogGroup": (_log_group, _by_id("logs", "DeleteLogGroup", "logGroupName"), _never_waits),
    "AWS::ApplicationAutoScaling::ScalableTarget": (
        _scalable_target,
        lambda context, made: context.call("application-autoscaling", "DeregisterScalableTarget",
                                           **_target_key(made.physical_id)),
        _never_waits),
    "AWS::ApplicationAutoScaling::ScalingPolicy": (_scaling_policy, _delete_scaling_policy, _never_waits),
    "AWS::CloudWatch::Alarm": (
        _alarm,
        lambda context, made: context.call("cloudwatch", "DeleteAlarms", AlarmNames=[made.physical_id]),
        _never_waits),
    "AWS::Route53::RecordSetGroup": (_records, _delete_records, _never_waits),
    "AWS::Route53::RecordSet": (_records, _delete_records, _never_waits),
    "AWS::SNS::Topic": (_topic, _by_id("sns", "DeleteTopic", "TopicArn"), _never_waits),
}


def make(context, kind, properties):
    """Makes a resource and remembers its properties for its deletion."""
    if kind not in TYPES:
        raise AwsError("ValidationError", f"Resource type {kind} is not known to this emulator")
    made = TYPES[kind][0](context, dict(properties))
    made.properties = properties
    return made


def delete(context, kind, made):
    """Deletes a resource; one that is gone already is fine."""
    try:
        TYPES[kind][1](context, made)
    except AwsError as error:
        if not any(word in f"{error.code} {error.message}" for word in _GONE):
            raise


def stands(context, kind, made):
    """Whether it has stabilised."""
    return TYPES[kind][2](context, made)
