"""What CreateService refuses on AWS and moto lets through, in ECS's words.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html
"""

from . import elb
from .errors import AwsError


def check(account, region, asked, definition):
    """Raises what ECS would answer to this CreateService with that task definition."""
    awsvpc = definition.get("networkMode") == "awsvpc"
    if awsvpc and not asked.get("networkConfiguration"):
        raise _invalid("Network Configuration must be provided when networkMode 'awsvpc' is specified.")
    if asked.get("networkConfiguration") and not awsvpc:
        raise _invalid(
            "Network Configuration is not valid for the given networkMode of this task definition."
        )
    launch_type = asked.get("launchType", "EC2")
    if launch_type == "FARGATE" and "FARGATE" not in definition.get("requiresCompatibilities", []):
        raise _invalid("Task definition does not support launch_type FARGATE.")
    for balancer in asked.get("loadBalancers", []):
        _check_port(definition, balancer)
        _check_group(account, region, balancer["targetGroupArn"], awsvpc)


def _check_port(definition, balancer):
    name, port = balancer["containerName"], balancer["containerPort"]
    container = next((each for each in definition["containerDefinitions"] if each["name"] == name), None)
    if container is None:
        raise _invalid(f"The container {name} does not exist in the task definition.")
    if port not in [mapping["containerPort"] for mapping in container.get("portMappings", [])]:
        raise _invalid(f"The container {name} did not have a container port {port} defined.")


def _check_group(account, region, arn, awsvpc):
    group = elb.backend(account, region).target_groups.get(arn)
    if group is None:
        raise _invalid(f"The target group {arn} does not exist.")
    if arn not in elb.attached(account, region):
        raise _invalid(
            f"The target group with targetGroupArn {arn} does not have an associated load balancer."
        )
    if (group.target_type == "ip") != awsvpc:
        mode = "awsvpc" if awsvpc else "bridge"
        raise _invalid(
            f"The provided target group {arn} has target type {group.target_type}, which is "
            f"incompatible with the {mode} network mode specified in the task definition."
        )


def _invalid(message):
    return AwsError("InvalidParameterException", message)
