"""What the checks of stacks share: a green stack, its status, its events."""

from . import templates
from .rig import Check

NAMED = ["CAPABILITY_NAMED_IAM"]


class StackCheck(Check):
    wanted = {"certificates": ["*.example.com", "*.example.net"]}

    def setUp(self):
        super().setUp()
        self.stacks = self.aws("cloudformation")

    def status(self, name):
        return self.stacks.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]

    def create(self, body, name=templates.STACK, **more):
        return self.stacks.create_stack(StackName=name, TemplateBody=body, Capabilities=NAMED, **more)[
            "StackId"
        ]

    def events(self, name):
        """[(logical id, status, reason)], oldest first."""
        found = self.stacks.describe_stack_events(StackName=name)["StackEvents"]
        return [
            (each["LogicalResourceId"], each["ResourceStatus"], each.get("ResourceStatusReason"))
            for each in reversed(found)
        ]

    def everything(self):
        """All that the green stack's resources are seen as by their own APIs."""
        service = self.aws("ecs").describe_services(cluster="stage-ecs-cluster", services=["webapi-2"])
        balancers = self.aws("elbv2").describe_load_balancers()["LoadBalancers"]
        listeners = [
            each
            for balancer in balancers
            for each in self.aws("elbv2").describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])[
                "Listeners"
            ]
        ]
        scaling = self.aws("application-autoscaling")
        return {
            "services": [each["serviceName"] for each in service["services"] if each["status"] == "ACTIVE"],
            "definitions": len(self.aws("ecs").list_task_definitions()["taskDefinitionArns"]),
            "groups": len(self.aws("elbv2").describe_target_groups()["TargetGroups"]),
            "listeners": len(listeners),
            "targets": len(scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]),
            "policies": len(scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]),
            "alarms": len(self.aws("cloudwatch").describe_alarms()["MetricAlarms"]),
            "roles": [each["RoleName"] for each in self.aws("iam").list_roles()["Roles"]],
        }

    def listener(self):
        balancer = self.ground["balancers"][1]["arn"]
        return self.aws("elbv2").describe_listeners(LoadBalancerArn=balancer)["Listeners"][0]["ListenerArn"]
