"""The resource types of a stack: each is made, changed and deleted by the calls that CloudFormation makes.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
says what Ref and Fn::GetAtt give.
"""

from . import resource_balancing as balancing
from . import resource_records as records
from . import resource_workload as workload
from .errors import AwsError
from .resource import Made, all_tags, spelled

# What a deletion answers when there is nothing left to delete: CloudFormation takes it for success.
_GONE = (
    "NotFound",
    "NoSuch",
    "NotActive",
    "ResourceNotFoundException",
    "does not exist",
    "doesn't exist",
    "No scalable target found",
    "No scaling policy found",
)


def _by_id(service, operation, key):
    return lambda context, made: context.call(service, operation, **{key: made.physical_id})


def _never_waits(_context, _made):
    return True


# type: (make, delete, whether it stands for good)
TYPES = {
    "AWS::ElasticLoadBalancingV2::TargetGroup": (
        balancing.target_group,
        _by_id("elbv2", "DeleteTargetGroup", "TargetGroupArn"),
        _never_waits,
    ),
    "AWS::ElasticLoadBalancingV2::Listener": (
        balancing.listener,
        _by_id("elbv2", "DeleteListener", "ListenerArn"),
        _never_waits,
    ),
    "AWS::ElasticLoadBalancingV2::ListenerRule": (
        balancing.rule,
        _by_id("elbv2", "DeleteRule", "RuleArn"),
        _never_waits,
    ),
    "AWS::ElasticLoadBalancingV2::ListenerCertificate": (
        balancing.listener_certificate,
        balancing.remove_certificates,
        _never_waits,
    ),
    "AWS::ECS::TaskDefinition": (
        workload.task_definition,
        _by_id("ecs", "DeregisterTaskDefinition", "taskDefinition"),
        _never_waits,
    ),
    "AWS::ECS::Service": (workload.service, workload.delete_service, workload.service_steady),
    "AWS::IAM::Role": (workload.role, workload.delete_role, _never_waits),
    "AWS::IAM::Policy": (workload.role_policy, workload.delete_role_policy, _never_waits),
    "AWS::Logs::LogGroup": (
        workload.log_group,
        _by_id("logs", "DeleteLogGroup", "logGroupName"),
        _never_waits,
    ),
    "AWS::ApplicationAutoScaling::ScalableTarget": (
        workload.scalable_target,
        lambda context, made: context.call(
            "application-autoscaling", "DeregisterScalableTarget", **workload.target_key(made.physical_id)
        ),
        _never_waits,
    ),
    "AWS::ApplicationAutoScaling::ScalingPolicy": (
        workload.scaling_policy,
        workload.delete_scaling_policy,
        _never_waits,
    ),
    "AWS::CloudWatch::Alarm": (
        workload.alarm,
        lambda context, made: context.call("cloudwatch", "DeleteAlarms", AlarmNames=[made.physical_id]),
        _never_waits,
    ),
    "AWS::Route53::RecordSetGroup": (records.records, records.delete_records, _never_waits),
    "AWS::Route53::RecordSet": (records.records, records.delete_records, _never_waits),
    "AWS::SNS::Topic": (workload.topic, _by_id("sns", "DeleteTopic", "TopicArn"), _never_waits),
}


# What is changed in place, unless one of these properties changes; all else is replaced.
_IN_PLACE = {
    "AWS::ElasticLoadBalancingV2::Listener": (balancing.modify_listener, ("LoadBalancerArn",)),
    "AWS::ElasticLoadBalancingV2::ListenerRule": (balancing.modify_rule, ("ListenerArn",)),
    "AWS::ECS::Service": (workload.update_service, ("Cluster", "ServiceName", "LaunchType", "LoadBalancers")),
    "AWS::Logs::LogGroup": (workload.keep_logs, ("LogGroupName",)),
}
# type: (service, operation that sets tags, that removes them, by what the resource is named, how the tags)
TAGGED = {
    **{
        f"AWS::ElasticLoadBalancingV2::{kind}": ("elbv2", "AddTags", "RemoveTags", "ResourceArns", "Tags")
        for kind in ("TargetGroup", "Listener", "ListenerRule")
    },
    **{
        f"AWS::ECS::{kind}": ("ecs", "TagResource", "UntagResource", "resourceArn", "tags")
        for kind in ("TaskDefinition", "Service")
    },
    "AWS::IAM::Role": ("iam", "TagRole", "UntagRole", "RoleName", "Tags"),
}


def make(context, kind, properties):
    """Makes a resource and remembers its properties for its deletion."""
    if kind not in TYPES:
        raise AwsError("ValidationError", f"Resource type {kind} is not known to this emulator")
    made = TYPES[kind][0](context, dict(properties))
    made.properties = properties
    made.tags = all_tags(context.tags, properties.get("Tags", []))
    return made


def update(context, kind, made, properties):
    """The resource with these properties and the context's tags: the same, or another in its place."""
    change, fixed = _IN_PLACE.get(kind, (None, ()))
    changed = {
        key
        for key in {*properties, *made.properties} - {"Tags"}
        if properties.get(key) != made.properties.get(key)
    }
    if changed and (not change or changed & set(fixed)):
        return make(context, kind, properties)
    if changed:
        change(context, made.physical_id, dict(properties))
    same = Made(made.physical_id, made.attributes)
    same.properties = properties
    same.tags = all_tags(context.tags, properties.get("Tags", []))
    if kind in TAGGED:
        _retag(context, TAGGED[kind], made, same.tags)
    return same


def _retag(context, how, made, tags):
    service, add, remove, name, key = how
    resource = {name: [made.physical_id] if name.endswith("s") else made.physical_id}
    new = {key: value for key, value in tags.items() if made.tags.get(key) != value}
    gone = [key for key in made.tags if key not in tags]
    if new:
        context.call(service, add, **resource, **{key: spelled(new, key)})
    if gone:
        context.call(service, remove, **resource, **{"tagKeys" if key == "tags" else "TagKeys": gone})


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
