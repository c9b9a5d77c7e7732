"""Task definitions, services, roles, logs, scaling and alarms, as resources of a stack."""

import json

from .errors import AwsError
from .resource import Made, change, create


def task_definition(context, properties):
    properties.setdefault("Family", context.name())
    made = create(context, "ecs", "RegisterTaskDefinition", properties, "tags", context.tags)
    arn = made["taskDefinition"]["taskDefinitionArn"]
    return Made(arn, {"TaskDefinitionArn": arn})


def service(context, properties):
    properties.setdefault("ServiceName", context.name())
    made = create(context, "ecs", "CreateService", properties, "tags", context.tags)["service"]
    return Made(made["serviceArn"], {"Name": made["serviceName"], "ServiceArn": made["serviceArn"]})


def update_service(context, arn, properties):
    """What UpdateService takes; the rest a service keeps for good."""
    taken = ("DesiredCount", "TaskDefinition", "DeploymentConfiguration", "NetworkConfiguration")
    wanted = {key: value for key, value in properties.items() if key in taken}
    change(context, "ecs", "UpdateService", wanted, service=arn, cluster=properties.get("Cluster", "default"))


def service_steady(context, made):
    """CloudFormation waits until a service has reached its steady state."""
    found = context.call(
        "ecs",
        "DescribeServices",
        services=[made.physical_id],
        cluster=made.properties.get("Cluster", "default"),
    )["services"]
    return not found or found[0]["runningCount"] == found[0]["desiredCount"]


def delete_service(context, made):
    context.call(
        "ecs",
        "DeleteService",
        service=made.physical_id,
        force=True,
        cluster=made.properties.get("Cluster", "default"),
    )


def role(context, properties):
    policies = properties.pop("Policies", [])
    managed = properties.pop("ManagedPolicyArns", [])
    properties.setdefault("RoleName", context.name())
    plain = [tag for tag in context.tags if not tag["key"].startswith("aws:")]
    made = create(context, "iam", "CreateRole", properties, "Tags", plain)["Role"]
    attached = []
    try:
        for arn in managed:
            context.call("iam", "AttachRolePolicy", RoleName=made["RoleName"], PolicyArn=arn)
            attached.append(arn)
        for policy in policies:
            context.call(
                "iam",
                "PutRolePolicy",
                RoleName=made["RoleName"],
                PolicyName=policy["PolicyName"],
                PolicyDocument=json.dumps(policy["PolicyDocument"]),
            )
    except AwsError:
        half = Made(made["RoleName"])
        half.properties = {"ManagedPolicyArns": attached}
        delete_role(context, half)
        raise
    return Made(made["RoleName"], {"Arn": made["Arn"], "RoleId": made["RoleId"]})


def delete_role(context, made):
    """CloudFormation detaches what the template attached; anything else makes the deletion fail."""
    name = made.physical_id
    for arn in made.properties.get("ManagedPolicyArns", []):
        context.call("iam", "DetachRolePolicy", RoleName=name, PolicyArn=arn)
    for policy in made.properties.get("Policies", []):
        context.call("iam", "DeleteRolePolicy", RoleName=name, PolicyName=policy["PolicyName"])
    context.call("iam", "DeleteRole", RoleName=name)


def role_policy(context, properties):
    for role in properties.get("Roles", []):
        context.call(
            "iam",
            "PutRolePolicy",
            RoleName=role,
            PolicyName=properties["PolicyName"],
            PolicyDocument=json.dumps(properties["PolicyDocument"]),
        )
    return Made(context.name(), {"Id": properties["PolicyName"]})


def delete_role_policy(context, made):
    for role in made.properties.get("Roles", []):
        context.call("iam", "DeleteRolePolicy", RoleName=role, PolicyName=made.properties["PolicyName"])


def log_group(context, properties):
    name = properties.setdefault("LogGroupName", context.name())
    context.call("logs", "CreateLogGroup", logGroupName=name)
    if "RetentionInDays" in properties:
        keep_logs(context, name, properties)
    return Made(name, {"Arn": f"arn:aws:logs:{context.region}:{context.account.id}:log-group:{name}:*"})


def keep_logs(context, name, properties):
    days = properties.get("RetentionInDays")
    if days is None:
        context.call("logs", "DeleteRetentionPolicy", logGroupName=name)
    else:
        context.call("logs", "PutRetentionPolicy", logGroupName=name, retentionInDays=int(days))


def scalable_target(context, properties):
    create(context, "application-autoscaling", "RegisterScalableTarget", dict(properties))
    parts = (properties["ResourceId"], properties["ScalableDimension"], properties["ServiceNamespace"])
    return Made("|".join(parts), {"Id": "|".join(parts)})


def target_key(physical_id):
    return dict(zip(("ResourceId", "ScalableDimension", "ServiceNamespace"), physical_id.split("|")))


def scaling_policy(context, properties):
    target = properties.pop("ScalingTargetId", None)
    if target:
        properties.update(target_key(target))
    made = create(context, "application-autoscaling", "PutScalingPolicy", dict(properties))
    return Made(made["PolicyARN"], {"Arn": made["PolicyARN"], "PolicyName": properties["PolicyName"]})


def delete_scaling_policy(context, made):
    keys = ("ResourceId", "ScalableDimension", "ServiceNamespace", "PolicyName")
    key = dict(made.properties)
    if "ScalingTargetId" in key:
        key.update(target_key(key["ScalingTargetId"]))
    context.call("application-autoscaling", "DeleteScalingPolicy", **{name: key[name] for name in keys})


def alarm(context, properties):
    name = properties.setdefault("AlarmName", context.name())
    create(context, "cloudwatch", "PutMetricAlarm", properties)
    arn = f"arn:aws:cloudwatch:{context.region}:{context.account.id}:alarm:{name}"
    return Made(name, {"Arn": arn})


def topic(context, properties):
    properties.setdefault("TopicName", context.name())
    made = context.call("sns", "CreateTopic", Name=properties["TopicName"])
    return Made(made["TopicArn"], {"TopicArn": made["TopicArn"], "TopicName": properties["TopicName"]})
