"""Elastic Load Balancing: a listener a port, targets whose health takes its course.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html lists
the states and reason codes. Balancers, listeners, rules and target groups stay moto's; targets are ours.
"""

from moto.elbv2.models import elbv2_backends

from .calls import operation
from .errors import AwsError, validation

_REASONS = {
    "Elb.RegistrationInProgress": "Target registration is in progress",
    "Elb.InitialHealthChecking": "Initial health checks in progress",
    "Target.ResponseCodeMismatch": "Health checks failed with these codes: [500]",
    "Target.Timeout": "Request timed out",
    "Target.FailedHealthChecks": "Health checks failed",
    "Target.NotRegistered": "Target is not registered to the target group",
    "Target.NotInUse": "Target group is not configured to receive traffic from the load balancer",
    "Target.DeregistrationInProgress": "Target deregistration is in progress",
    "Elb.InternalError": "Health checks failed due to an internal error",
}
_DEFAULT_REASON = {
    "initial": "Elb.RegistrationInProgress",
    "unhealthy": "Target.FailedHealthChecks",
    "unused": "Target.NotInUse",
    "draining": "Target.DeregistrationInProgress",
}


class Targets:
    """The targets of a region's groups, and the scripts of their health."""

    def __init__(self, account, region):
        self.account = account
        self.region = region
        self.groups = {}
        self.scripts = []

    def register(self, group, target):
        known = self.groups.setdefault(group, {})
        key = (target["Id"], int(target["Port"]))
        if key not in known or known[key]["gone"] is not None:
            known[key] = {"at": self.account.now(), "gone": None, "number": len(known)}

    def deregister(self, group, target, delay):
        """Draining for `delay` seconds, then gone."""
        for key, known in self.groups.get(group, {}).items():
            if key[0] == target["Id"] and target.get("Port") in (None, key[1]) and known["gone"] is None:
                known["gone"] = self.account.now()
                known["drained"] = known["gone"] + delay

    def health(self, group, key, when, attached=True):
        """(state, reason, description) of a target at an instant; None when it is gone."""
        known = self.groups[group][key]
        if when < known["at"]:
            return None
        if known["gone"] is not None and when >= known["gone"]:
            draining = when < known["drained"]
            return _state("draining") if draining else None
        if not attached:
            return _state("unused")
        for script in reversed(self.scripts):
            if _fits(script, group, key, known):
                return _scripted(script, known, when)
        initial = when < known["at"] + self.account.settings["health_initial_s"]
        return _state("initial" if initial else "healthy")


def _state(state, reason=None, description=None):
    reason = reason or _DEFAULT_REASON.get(state)
    return state, reason, description or _REASONS.get(reason)


def _fits(script, group, key, known):
    """A script names a part of the group's ARN or an ECS service, and may name one target."""
    if "service" in script and group not in script["service_state"].groups_of(script["service"]):
        return False
    if script.get("target_group") and script["target_group"] not in group:
        return False
    if script.get("target") not in (None, key[0]):
        return False
    return script.get("number") in (None, known["number"])


def _scripted(script, known, when):
    """The phase of the script in which the target is; phases count from its registration, or, of a
    script `from: now`, from the script's making."""
    begin = script["made"] if script.get("from") == "now" else known["at"]
    reached = [phase for phase in script["phases"] if begin + phase.get("after_s", 0) <= when]
    if not reached:
        return _state("healthy" if script.get("from") == "now" else "initial")
    phase = reached[-1]
    return _state(phase["state"], phase.get("reason"), phase.get("description"))


def backend(account, region):
    return elbv2_backends[account.id][region]


def attached(account, region):
    """{target group: [load balancer, …]} by the listeners and rules that stand."""
    found = {}
    moto = backend(account, region)
    for balancer in moto.load_balancers.values():
        for listener in balancer.listeners.values():
            for rule in listener.rules.values():
                for action in rule.actions:
                    for group in moto._get_target_group_arns_from(action_data=action.data):
                        balancers = found.setdefault(group, [])
                        if balancer.arn not in balancers:
                            balancers.append(balancer.arn)
    return found


def _group(call):
    group = backend(call.account, call.region).target_groups.get(call.parameters["TargetGroupArn"])
    if group is None:
        raise AwsError("TargetGroupNotFound", "One or more target groups not found")
    return group


def _with_port(group, target):
    return {"Id": target["Id"], "Port": int(target.get("Port") or group.port)}


@operation("elbv2", "RegisterTargets")
def register_targets(call):
    group = _group(call)
    for target in call.parameters["Targets"]:
        call.state(Targets).register(group.arn, _with_port(group, target))
    return {}


@operation("elbv2", "DeregisterTargets")
def deregister_targets(call):
    group = _group(call)
    delay = float(group.attributes.get("deregistration_delay.timeout_seconds", 300))
    for target in call.parameters["Targets"]:
        call.state(Targets).deregister(group.arn, target, delay)
    return {}


@operation("elbv2", "DescribeTargetHealth")
def describe_target_health(call):
    group = _group(call)
    targets = call.state(Targets)
    now = call.account.now()
    in_use = group.arn in attached(call.account, call.region)
    states = {key: targets.health(group.arn, key, now, in_use) for key in targets.groups.get(group.arn, {})}
    asked = call.parameters.get("Targets")
    if asked:
        keys = [tuple(_with_port(group, target).values()) for target in asked]
        unknown = _state("unused", "Target.NotRegistered")
        states = {key: states.get(key) or unknown for key in keys}
    return {
        "TargetHealthDescriptions": [_described(group, key, state) for key, state in states.items() if state]
    }


def _described(group, key, state):
    names = ("State", "Reason", "Description")
    check = group.health_check_port
    return {
        "Target": {"Id": key[0], "Port": key[1]},
        "HealthCheckPort": str(key[1] if check in (None, "traffic-port") else check),
        "TargetHealth": {name: value for name, value in zip(names, state) if value},
    }


def _one_balancer(call, balancer, actions):
    """A target group serves one load balancer."""
    known = attached(call.account, call.region)
    groups = [action.get("TargetGroupArn") for action in actions]
    if any(other != balancer for group in groups for other in known.get(group, [])):
        raise AwsError(
            "TargetGroupAssociationLimit",
            "The following target groups cannot be associated with "
            f"more than one load balancer: {groups[0]}",
        )


def _listener(call):
    """The listener of the call."""
    arn = call.parameters["ListenerArn"]
    balancers = backend(call.account, call.region).load_balancers.values()
    found = [balancer.listeners[arn] for balancer in balancers if arn in balancer.listeners]
    if not found:
        raise AwsError("ListenerNotFound", f"Listener '{arn}' not found")
    return found[0]


def _one_certificate(certificates):
    if len(certificates) > 1:
        count = len(certificates)
        raise AwsError(
            "TooManyCertificates",
            f"Up to '1' certificate ARNs can be specified, but '{count}' were specified",
        )


@operation("elbv2", "AddListenerCertificates")
def add_listener_certificates(call):
    """One a call, as CreateListener takes one."""
    _one_certificate(call.parameters["Certificates"])
    return call.moto()


@operation("elbv2", "CreateRule")
def create_rule(call):
    listener = call.parameters["ListenerArn"]
    balancer = listener.rsplit("/", 1)[0].replace(":listener/", ":loadbalancer/")
    _one_balancer(call, balancer, call.parameters["Actions"])
    return call.moto()


@operation("elbv2", "DescribeListenerCertificates")
def describe_listener_certificates(call):
    """moto does not say which is the default."""
    listener = _listener(call)
    return {
        "Certificates": [
            {"CertificateArn": each, "IsDefault": each == listener.certificate}
            for each in dict.fromkeys(listener.certificates)
        ]
    }


@operation("elbv2", "CreateListener")
def create_listener(call):
    asked = call.parameters
    balancer = backend(call.account, call.region).load_balancers.get(asked["LoadBalancerArn"])
    port = str(asked.get("Port"))
    certificates = asked.get("Certificates") or []
    if asked.get("Protocol") == "HTTPS" and not certificates:
        raise validation("A certificate must be specified for HTTPS listeners")
    _one_certificate(certificates)
    _one_balancer(call, asked["LoadBalancerArn"], asked["DefaultActions"])
    if balancer and any(str(listener.port) == port for listener in balancer.listeners.values()):
        raise AwsError(
            "DuplicateListener",
            "A listener already exists on this port for this load balancer " f"'{balancer.arn}'",
        )
    return call.moto()


@operation("elbv2", "ModifyListener")
def modify_listener(call):
    """What is left out stays; a certificate given is the new default, and further ones stay as they are."""
    asked = dict(call.parameters)
    listener = _listener(call)
    certificates = asked.pop("Certificates", None) or []
    _one_certificate(certificates)
    _one_balancer(call, listener.load_balancer_arn, asked.get("DefaultActions") or [])
    further = [each for each in listener.certificates if each != listener.certificate]
    default = [each["CertificateArn"] for each in certificates] or [listener.certificate]
    if "HTTPS" in (asked.get("Protocol"), listener.protocol) and default[0]:
        asked["Certificates"] = [{"CertificateArn": default[0]}]
    result = call.moto(asked)
    if default[0]:
        listener.certificates = [*default, *(each for each in further if each not in default)]
    return result


@operation("elbv2", "DescribeTargetGroups")
def describe_target_groups(call):
    """moto forgets that a listener or rule is gone."""
    asked = dict(call.parameters)
    balancer = asked.pop("LoadBalancerArn", None)
    result = call.moto(asked)
    balancers = attached(call.account, call.region)
    for group in result["TargetGroups"]:
        group["LoadBalancerArns"] = balancers.get(group["TargetGroupArn"], [])
    if balancer:
        result["TargetGroups"] = [
            group for group in result["TargetGroups"] if balancer in group["LoadBalancerArns"]
        ]
    return result


@operation("elbv2", "AddTags")
def add_tags(call):
    """Fifty of one's own a resource; moto takes ten, CloudFormation's among them."""
    asked = call.parameters
    call.account.call("elbv2", "DescribeTags", call.region, ResourceArns=asked["ResourceArns"])
    tagging = backend(call.account, call.region).tagging_service
    for arn in asked["ResourceArns"]:
        every = {*tagging.get_tag_dict_for_resource(arn), *(tag["Key"] for tag in asked["Tags"])}
        if sum(not key.startswith("aws:") for key in every) > 50:
            raise AwsError("TooManyTags", "You've reached the limit on the number of tags for this resource.")
        tagging.tag_resource(arn, asked["Tags"])
    return {}


@operation("elbv2", "DescribeTags")
def describe_tags(call):
    """https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTags.html: at most 20."""
    if len(call.parameters["ResourceArns"]) > 20:
        raise validation("Up to '20' resource ARNs can be specified")
    return call.moto()


@operation("elbv2", "DeleteTargetGroup")
def delete_target_group(call):
    """Deleting one that is not there succeeds, as on AWS; one in use is refused, by moto."""
    if call.parameters["TargetGroupArn"] in backend(call.account, call.region).target_groups:
        call.moto()
        call.state(Targets).groups.pop(call.parameters["TargetGroupArn"], None)
    return {}


@operation("elbv2", "DeleteRule")
def delete_rule(call):
    arn = call.parameters["RuleArn"]
    balancers = backend(call.account, call.region).load_balancers.values()
    rules = [
        rule
        for balancer in balancers
        for listener in balancer.listeners.values()
        for rule in listener.rules.values()
        if rule.arn == arn
    ]
    if not rules:
        raise AwsError("RuleNotFound", "One or more rules not found")
    if rules[0].is_default:
        raise AwsError("OperationNotPermitted", f"Default rule '{arn}' cannot be deleted")
    return call.moto()
