"""ECS and load balancers: tasks that start, fail and crash; targets and their health."""

from . import templates
from .rig import Check

CLUSTER = "stage-ecs-cluster"


class Workload(Check):
    wanted = {"certificates": ["*.example.com", "*.example.net"]}

    def setUp(self):
        super().setUp()
        self.ecs = self.aws("ecs")
        for name, body in (
            (templates.INIT, templates.init(self.ground)),
            (templates.STACK, templates.green(self.ground)),
        ):
            self.aws("cloudformation").create_stack(
                StackName=name, TemplateBody=body, Capabilities=["CAPABILITY_NAMED_IAM"]
            )
        self.later(30)
        self.group = self.aws("elbv2").describe_target_groups()["TargetGroups"][0]["TargetGroupArn"]

    def scale(self, desired, **more):
        self.ecs.update_service(cluster=CLUSTER, service="webapi-2", desiredCount=desired, **more)

    def service(self):
        return self.ecs.describe_services(cluster=CLUSTER, services=["webapi-2"])["services"][0]

    def tasks(self, status="RUNNING"):
        arns = self.ecs.list_tasks(cluster=CLUSTER, serviceName="webapi-2", desiredStatus=status)["taskArns"]
        return self.ecs.describe_tasks(cluster=CLUSTER, tasks=arns)["tasks"] if arns else []

    def health(self):
        found = self.aws("elbv2").describe_target_health(TargetGroupArn=self.group)[
            "TargetHealthDescriptions"
        ]
        return [each["TargetHealth"]["State"] for each in found]

    def test_tasks_start_in_time_register_and_become_healthy(self):
        self.post("settings", {"task_start_s": 10, "health_initial_s": 20})
        self.scale(2)
        service = self.service()
        self.assertEqual((service["pendingCount"], service["runningCount"]), (2, 0))
        self.later(11)
        self.assertEqual(self.service()["runningCount"], 2)
        self.assertEqual(self.health(), ["initial", "initial"])
        self.later(20)
        self.assertEqual(self.health(), ["healthy", "healthy"])
        self.assertEqual(
            self.service()["events"][0]["message"], "(service webapi-2) has reached a steady state."
        )
        self.scale(1)
        self.later(5)
        self.assertEqual(self.service()["runningCount"], 1)
        self.assertEqual(sorted(self.health()), ["draining", "healthy"])
        self.later(30)
        self.assertEqual(self.health(), ["healthy"])

    def test_a_new_deployment_replaces_the_tasks_one_for_one(self):
        self.scale(2)
        self.later(10)
        before = {task["taskArn"] for task in self.tasks()}
        self.scale(2, forceNewDeployment=True)
        self.assertEqual([each["status"] for each in self.service()["deployments"]], ["PRIMARY", "ACTIVE"])
        self.later(10)
        after = {task["taskArn"] for task in self.tasks()}
        self.assertEqual((len(after), before & after), (2, set()))
        self.assertEqual(len(self.service()["deployments"]), 1)

    def test_tasks_crash_with_their_reasons_and_are_replaced(self):
        self.post(
            "tasks",
            {
                "service": "webapi-2",
                "stop_after_s": 5,
                "exit_code": 137,
                "container_reason": "OutOfMemoryError",
                "log_lines": ["about to die"],
            },
        )
        self.scale(1)
        self.later(30)
        stopped = self.tasks("STOPPED")
        self.assertGreaterEqual(len(stopped), 2)
        self.assertEqual(
            (stopped[0]["stopCode"], stopped[0]["stoppedReason"]),
            ("EssentialContainerExited", "Essential container in task exited"),
        )
        self.assertEqual(
            (stopped[0]["containers"][0]["exitCode"], stopped[0]["containers"][0]["reason"]),
            (137, "OutOfMemoryError"),
        )
        stream = f"1/default/{stopped[0]['taskArn'].rsplit('/', 1)[-1]}"
        lines = self.aws("logs").get_log_events(logGroupName=templates.LOGS, logStreamName=stream)["events"]
        self.assertEqual([line["message"] for line in lines], ["about to die"])

    def test_tasks_fail_to_start_never_start_or_only_some_do(self):
        self.post("tasks", {"service": "webapi-2", "stop_code": "TaskFailedToStart"})
        self.scale(2)
        self.later(10)
        stopped = self.tasks("STOPPED")
        self.assertIn("CannotPullContainerError", stopped[0]["stoppedReason"])
        self.assertNotIn("startedAt", stopped[0])
        self.assertGreater(self.service()["deployments"][0]["failedTasks"], 1)
        self.post("tasks", {"service": "webapi-2", "never_start": True})
        self.later(60)
        self.assertEqual((self.service()["runningCount"], self.service()["pendingCount"]), (0, 2))
        self.post("tasks", {"service": "webapi-2", "only": 1})
        self.scale(0)
        self.later(5)
        self.scale(3)
        self.later(10)
        self.assertEqual(self.service()["runningCount"], 1)
        self.assertTrue(any("unable to place a task" in each["message"] for each in self.service()["events"]))

    def test_health_follows_a_script(self):
        self.scale(2)
        self.later(30)
        self.post(
            "health",
            {
                "service": "webapi-2",
                "number": 0,
                "from": "now",
                "phases": [{"after_s": 60, "state": "unhealthy", "reason": "Target.ResponseCodeMismatch"}],
            },
        )
        self.assertEqual(self.health(), ["healthy", "healthy"])
        self.later(60)
        found = self.aws("elbv2").describe_target_health(TargetGroupArn=self.group)[
            "TargetHealthDescriptions"
        ]
        self.assertEqual(found[0]["TargetHealth"]["Reason"], "Target.ResponseCodeMismatch")
        self.assertEqual(self.health(), ["unhealthy", "healthy"])

    def test_what_a_balancer_refuses(self):
        elb = self.aws("elbv2")
        balancer = self.ground["balancers"][1]["arn"]
        listener = elb.describe_listeners(LoadBalancerArn=balancer)["Listeners"][0]["ListenerArn"]
        forward = [{"Type": "forward", "TargetGroupArn": self.group}]
        self.refused(
            "DuplicateListener",
            elb.create_listener,
            LoadBalancerArn=balancer,
            Port=443,
            Protocol="HTTP",
            DefaultActions=forward,
        )
        other = self.ground["balancers"][0]["arn"]
        self.refused(
            "TargetGroupAssociationLimit",
            elb.create_listener,
            LoadBalancerArn=other,
            Port=80,
            Protocol="HTTP",
            DefaultActions=forward,
        )
        certificates = [{"CertificateArn": arn} for arn in self.ground["certificates"].values()]
        self.refused(
            "TooManyCertificates",
            elb.add_listener_certificates,
            ListenerArn=listener,
            Certificates=certificates,
        )
        rule = {
            "ListenerArn": listener,
            "Actions": forward,
            "Conditions": [{"Field": "path-pattern", "Values": ["/x"]}],
        }
        self.refused("PriorityInUse", elb.create_rule, Priority=10, **rule)
        self.refused("ResourceInUse", elb.delete_target_group, TargetGroupArn=self.group)
        elb.delete_listener(ListenerArn=listener)
        gone = {"ListenerArn": listener}
        for call, more in (
            (elb.describe_rules, {}),
            (elb.describe_listener_certificates, {}),
            (elb.add_listener_certificates, {"Certificates": certificates[:1]}),
            (elb.remove_listener_certificates, {"Certificates": certificates[:1]}),
            (elb.create_rule, {**rule, "Priority": 11}),
            (elb.modify_listener, {"DefaultActions": forward}),
            (elb.delete_listener, {}),
        ):
            self.refused("ListenerNotFound", call, **{**more, **gone})
        self.assertEqual(elb.describe_target_groups()["TargetGroups"][0]["LoadBalancerArns"], [])
        elb.delete_target_group(TargetGroupArn=self.group)

    def test_a_service_needs_its_group_behind_a_balancer_and_its_port_in_the_definition(self):
        loose = self.aws("elbv2").create_target_group(
            Name="loose", Port=80, Protocol="HTTP", VpcId=self.ground["vpc_id"]
        )["TargetGroups"][0]
        balancer = {
            "containerName": "default",
            "containerPort": 8080,
            "targetGroupArn": loose["TargetGroupArn"],
        }
        asked = {"cluster": CLUSTER, "serviceName": "other", "taskDefinition": "stage-webapi"}
        self.assertIn(
            "does not have an associated load balancer",
            self.refused(
                "InvalidParameterException", self.ecs.create_service, loadBalancers=[balancer], **asked
            ),
        )
        self.assertIn(
            "did not have a container port 1",
            self.refused(
                "InvalidParameterException",
                self.ecs.create_service,
                loadBalancers=[{**balancer, "containerPort": 1}],
                **asked,
            ),
        )

    def test_a_live_service_is_there_at_once(self):
        made = self.post("live", {"service": "shop", "fqdns": ["shop.example.com"]})
        found = self.ecs.describe_services(cluster=CLUSTER, services=["shop-1"])["services"][0]
        self.assertEqual(
            (found["runningCount"], found["events"][0]["message"]),
            (2, "(service shop-1) has reached a steady state."),
        )
        self.group = made["target_group"]
        self.assertEqual(self.health(), ["healthy", "healthy"])
        self.assertEqual(self.get("weights")[-1]["weights"], {"1": 100, "2": 0})
        stack = self.aws("cloudformation").describe_stacks(StackName="stage-shop-1")["Stacks"][0]
        self.assertEqual(stack["StackStatus"], "CREATE_COMPLETE")
        items = self.aws("dynamodb").scan(TableName="canary_release")["Items"]
        self.assertEqual([each["alb_arn"]["S"] for each in items], [made["balancer"]])

    def test_scale_in_is_suspended_and_restored(self):
        scaling = self.aws("application-autoscaling")
        key = {
            "ServiceNamespace": "ecs",
            "ScalableDimension": "ecs:service:DesiredCount",
            "ResourceId": f"service/{CLUSTER}/webapi-2",
        }
        state = lambda: scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"][0]
        scaling.register_scalable_target(SuspendedState={"ScheduledScalingSuspended": True}, **key)
        scaling.register_scalable_target(SuspendedState={"DynamicScalingInSuspended": True}, **key)
        self.assertEqual(
            state()["SuspendedState"],
            {
                "DynamicScalingInSuspended": True,
                "DynamicScalingOutSuspended": False,
                "ScheduledScalingSuspended": True,
            },
        )
        self.assertEqual((state()["MinCapacity"], state()["MaxCapacity"]), (1, 4))
