"""One ECS service: it keeps as many tasks as wanted, registers their targets and says so in events.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html has the
messages. A rolling update starts the new deployment's tasks and then stops the old ones.
"""

import itertools
import secrets
import uuid

from .clock import moment
from .ecs_tasks import Task

_UNPLACED = (
    "was unable to place a task because no container instance met all of its "
    "requirements. Reason: No Container Instances were found in your cluster. For more information, "
    "see the Troubleshooting section of the Amazon ECS Developer Guide."
)
_UNABLE = (
    "is unable to consistently start tasks successfully. For more information, see the Troubleshooting section "
    "of the Amazon ECS Developer Guide."
)
# After each failure of a deployment the next start waits half as long again.
_RESTART_S, _GROWTH, _LONGEST_RESTART_S = 1.0, 1.5, 60.0


class Service:
    """`about` is what was asked for at CreateService, in the API's own names."""

    def __init__(self, account, region, cluster, arn, about, behaviour):
        self.account = account
        self.region = region
        self.cluster_arn = cluster["clusterArn"]
        self.cluster_name = cluster["clusterName"]
        self.name = about["serviceName"]
        self.arn = arn
        self.about = about
        self.launch_type = about.get("launchType", "EC2")
        self.desired = about.get("desiredCount", 0)
        self.status = "ACTIVE"
        self.created = account.now()
        self.tasks = []
        self.events = []
        self.deployments = []
        self.behaviour = behaviour
        self._numbers = itertools.count()
        self._said_unplaced = self._steady = False
        self.deploy(about["taskDefinition"])

    def deploy(self, definition):
        """A new deployment: PRIMARY, the former one ACTIVE until its tasks are gone."""
        for former in self.deployments:
            former["status"] = "ACTIVE"
        definition = self.account.call(
            "ecs", "DescribeTaskDefinition", self.region, taskDefinition=definition
        )["taskDefinition"]
        self.deployments.insert(
            0,
            {
                "id": f"ecs-svc/{secrets.randbelow(10 ** 19):019d}",
                "status": "PRIMARY",
                "failedTasks": 0,
                "definition": definition,
                "created": self.account.now(),
                "updated": self.account.now(),
            },
        )
        self.reconcile()

    def scale(self, desired):
        self.desired = desired
        self.reconcile()

    def say(self, message):
        self.events.insert(
            0,
            {
                "id": str(uuid.uuid4()),
                "createdAt": moment(self.account.now()),
                "message": f"(service {self.name}) {message}",
            },
        )

    def _of(self, deployment, status=None):
        return [
            task
            for task in self.tasks
            if task.deployment == deployment["id"] and task.alive() and status in (None, task.status)
        ]

    def running(self):
        return [task for task in self.tasks if task.status == "RUNNING"]

    def reconcile(self):
        """Starts what is missing, stops what is too much, and says when it is steady."""
        primary = self.deployments[0]
        have = self._of(primary)
        self._start(primary, self.desired - len(have))
        for task in have[self.desired :]:
            self.stop(
                task,
                "ServiceSchedulerInitiated",
                f"Scaling activity initiated by (deployment {primary['id']})",
            )
        if len(self._of(primary, "RUNNING")) >= self.desired:
            self._retire_former()
        self._tell_steady(primary)

    def _start(self, deployment, missing):
        if missing <= 0:
            return
        only = self.behaviour.get("only")
        room = missing if only is None else min(missing, only - len(self._of(deployment)))
        started = [self._place(deployment) for _ in range(room)]
        if started:
            self._steady = False
            told = " ".join(f"(task {task.id})." for task in started)
            self.say(f"has started {len(started)} tasks: {told}")
        if room < missing and not self._said_unplaced:
            self._said_unplaced = True
            self.say(_UNPLACED)

    def _place(self, deployment):
        task = Task(self, deployment["definition"], deployment["id"], next(self._numbers), self.account.now())
        self.tasks.append(task)
        start_s = self.behaviour.get("start_s", self.account.settings["task_start_s"])
        self.account.after(start_s, lambda: self._run(task))
        return task

    def _run(self, task):
        if not task.alive() or task.status != "PENDING" or self.behaviour.get("never_start"):
            return
        if self.behaviour.get("stop_code") == "TaskFailedToStart":
            self.crash(task)
            return
        task.status = "RUNNING"
        task.started = self.account.now()
        self._log(task)
        for balancer in self._balancers():
            self.account.call(
                "elbv2",
                "RegisterTargets",
                self.region,
                TargetGroupArn=balancer["targetGroupArn"],
                Targets=[task.target(balancer)],
            )
            self.say(f"registered 1 targets in (target-group {balancer['targetGroupArn']})")
        if "stop_after_s" in self.behaviour:
            self.account.after(self.behaviour["stop_after_s"], lambda: self.crash(task))
        self.reconcile()

    def _balancers(self):
        return [each for each in self.about.get("loadBalancers", []) if each.get("targetGroupArn")]

    def _log(self, task):
        """The awslogs driver's stream, with the lines a test gave."""
        for container in task.definition["containerDefinitions"]:
            options = container.get("logConfiguration", {}).get("options", {})
            group, prefix = options.get("awslogs-group"), options.get("awslogs-stream-prefix")
            if not group or not prefix:
                continue
            stream = f"{prefix}/{container['name']}/{task.id}"
            lines = self.behaviour.get("log_lines") or [f"{container['name']} listening"]
            at = int(self.account.now() * 1000)
            events = [{"timestamp": at, "message": line} for line in lines]
            names = {"logGroupName": group, "logStreamName": stream}
            known = self.account.call("logs", "DescribeLogGroups", self.region, logGroupNamePrefix=group)
            if known["logGroups"]:
                self.account.call("logs", "CreateLogStream", self.region, **names)
                self.account.call("logs", "PutLogEvents", self.region, logEvents=events, **names)

    def crash(self, task):
        """The task ends by itself, as the behaviour says; the service starts another."""
        if not task.alive():
            return
        how = self.behaviour
        self.stop(
            task,
            how.get("stop_code", "EssentialContainerExited"),
            how.get("stopped_reason"),
            how.get("exit_code"),
            how.get("container_reason"),
        )
        failed = 0
        for deployment in self.deployments:
            deployment["failedTasks"] += deployment["id"] == task.deployment
            failed = max(failed, deployment["failedTasks"])
        if failed == 3:
            self.say(_UNABLE)
        self.account.after(min(_RESTART_S * _GROWTH**failed, _LONGEST_RESTART_S), self.reconcile)

    def stop(self, task, code, reason=None, exit_code=None, container_reason=None):
        """Deregisters its targets, then stops it."""
        if not task.alive():
            return
        task.stop(code, reason, exit_code, container_reason, self.account.now())
        self._steady = False
        if task.status == "RUNNING":
            for balancer in self._balancers():
                self._deregister(task, balancer)
        self.say(f"has stopped 1 running tasks: (task {task.id}).")
        dead_already = code in ("EssentialContainerExited", "TaskFailedToStart")
        task.status = "STOPPED" if dead_already else "DEPROVISIONING"
        task.stopped = self.account.now() if dead_already else None
        if not dead_already:
            self.account.after(self.account.settings["task_stop_s"], lambda: self._stopped(task))

    def _deregister(self, task, balancer):
        group = balancer["targetGroupArn"]
        known = self.account.call("elbv2", "DescribeTargetGroups", self.region)["TargetGroups"]
        if any(each["TargetGroupArn"] == group for each in known):
            self.account.call(
                "elbv2",
                "DeregisterTargets",
                self.region,
                TargetGroupArn=group,
                Targets=[task.target(balancer)],
            )
            self.say(f"deregistered 1 targets in (target-group {group})")

    def _stopped(self, task):
        task.status = "STOPPED"
        task.stopped = self.account.now()
        self.reconcile()

    def _retire_former(self):
        primary = self.deployments[0]
        for former in self.deployments[1:]:
            for task in self._of(former):
                self.stop(
                    task,
                    "ServiceSchedulerInitiated",
                    f"Scaling activity initiated by (deployment {primary['id']})",
                )
        self.deployments = [each for each in self.deployments if each is primary or self._of(each)]

    def _tell_steady(self, primary):
        steady = len(self._of(primary, "RUNNING")) == self.desired == len(self.running())
        if steady and not self._steady:
            self.say(f"(deployment {primary['id']}) deployment completed.")
            self.say("has reached a steady state.")
        self._steady = steady

    def is_steady(self):
        return self._steady

    def end(self):
        """DeleteService: everything stops; DRAINING until it has."""
        self.desired = 0
        for task in list(self.tasks):
            self.stop(task, "ServiceSchedulerInitiated", f"Service {self.name} was deleted")
        self.status = "INACTIVE"

    def describe(self):
        """As DescribeServices gives it."""
        about = {
            key: value
            for key, value in self.about.items()
            if key not in ("cluster", "clientToken", "desiredCount", "tags")
        }
        pending = [task for task in self.tasks if task.alive() and task.status == "PENDING"]
        return {
            **about,
            "serviceArn": self.arn,
            "clusterArn": self.cluster_arn,
            "status": self.status,
            "desiredCount": self.desired,
            "runningCount": len(self.running()),
            "pendingCount": len(pending),
            "taskDefinition": self.deployments[0]["definition"]["taskDefinitionArn"],
            "launchType": self.launch_type,
            "schedulingStrategy": about.get("schedulingStrategy", "REPLICA"),
            "events": self.events[:100],
            "createdAt": moment(self.created),
            "deployments": [self._describe_deployment(each) for each in self.deployments],
            "deploymentController": about.get("deploymentController", {"type": "ECS"}),
            "deploymentConfiguration": about.get(
                "deploymentConfiguration", {"maximumPercent": 200, "minimumHealthyPercent": 100}
            ),
        }

    def _describe_deployment(self, deployment):
        primary = deployment is self.deployments[0]
        complete = primary and self._steady
        return {
            "id": deployment["id"],
            "status": deployment["status"],
            "taskDefinition": deployment["definition"]["taskDefinitionArn"],
            "desiredCount": self.desired if primary else 0,
            "runningCount": len(self._of(deployment, "RUNNING")),
            "pendingCount": len(self._of(deployment, "PENDING")),
            "failedTasks": deployment["failedTasks"],
            "launchType": self.launch_type,
            "createdAt": moment(deployment["created"]),
            "updatedAt": moment(deployment["updated"]),
            "rolloutState": "COMPLETED" if complete else "IN_PROGRESS",
            "rolloutStateReason": f"ECS deployment {deployment['id']} "
            f"{'completed' if complete else 'in progress'}.",
        }
