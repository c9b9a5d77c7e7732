"""Target groups, listeners, their certificates and rules, as resources of a stack."""

from .resource import Made, change, create, text


def target_group(context, properties):
    attributes = properties.pop("TargetGroupAttributes", [])
    properties.setdefault("Name", context.name(32))
    made = create(context, "elbv2", "CreateTargetGroup", properties, "Tags", context.tags)["TargetGroups"][0]
    arn = made["TargetGroupArn"]
    if attributes:
        context.call(
            "elbv2",
            "ModifyTargetGroupAttributes",
            TargetGroupArn=arn,
            Attributes=[{key: text(item) for key, item in each.items()} for each in attributes],
        )
    return Made(
        arn,
        {
            "TargetGroupFullName": arn.split(":", 5)[5],
            "TargetGroupName": made["TargetGroupName"],
            "TargetGroupArn": arn,
        },
    )


def listener(context, properties):
    made = create(context, "elbv2", "CreateListener", properties, "Tags", context.tags)
    arn = made["Listeners"][0]["ListenerArn"]
    return Made(arn, {"ListenerArn": arn})


def modify_listener(context, arn, properties):
    """Everything but its balancer, which a listener keeps."""
    wanted = {key: value for key, value in properties.items() if key not in ("LoadBalancerArn", "Tags")}
    change(context, "elbv2", "ModifyListener", wanted, ListenerArn=arn)


def modify_rule(context, arn, properties):
    priority = {"RuleArn": arn, "Priority": int(properties["Priority"])}
    context.call("elbv2", "SetRulePriorities", RulePriorities=[priority])
    wanted = {key: properties[key] for key in ("Conditions", "Actions")}
    change(context, "elbv2", "ModifyRule", wanted, RuleArn=arn)


def rule(context, properties):
    made = create(context, "elbv2", "CreateRule", properties, "Tags", context.tags)
    arn = made["Rules"][0]["RuleArn"]
    return Made(arn, {"RuleArn": arn})


def listener_certificate(context, properties):
    create(context, "elbv2", "AddListenerCertificates", dict(properties))
    return Made(context.name())


def remove_certificates(context, made):
    context.call(
        "elbv2",
        "RemoveListenerCertificates",
        ListenerArn=made.properties["ListenerArn"],
        Certificates=made.properties["Certificates"],
    )
