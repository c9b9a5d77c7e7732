"""One ECS task: its life from placed to stopped, and how the API describes it.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html has the states,
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html the reasons.
"""

import secrets

from .clock import moment

EXITED = "Essential container in task exited"
# The stopped reason that belongs to a stop code, where a test gives none.
REASONS = {
    "EssentialContainerExited": EXITED,
    "TaskFailedToStart": "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to "
    "resolve ref: not found",
    "SpotInterruption": "Your Spot Task was interrupted.",
}


class Task:
    """A task of a service. `containers` are those of its task definition."""

    def __init__(self, service, definition, deployment, number, at):
        self.service = service
        self.definition = definition
        self.deployment = deployment
        self.number = number
        self.id = secrets.token_hex(16)
        self.status = "PENDING"
        self.wanted = "RUNNING"
        self.created = at
        self.started = self.stopping = self.stopped = None
        self.stop_code = self.stop_reason = None
        self.exits = {}
        self.reasons = {}
        self.arn = (
            f"arn:aws:ecs:{service.region}:{service.account.id}:task/" f"{service.cluster_name}/{self.id}"
        )
        self.address = f"10.0.{number // 250}.{number % 250 + 4}"
        self.instance = "i-" + secrets.token_hex(8) + "0"

    def alive(self):
        return self.wanted == "RUNNING"

    def is_awsvpc(self):
        return self.definition.get("networkMode") == "awsvpc"

    def host_port(self, container, port):
        """What the container's port is reached by from the balancer."""
        if self.is_awsvpc():
            return port
        for mapping in self._container(container).get("portMappings", []):
            if mapping["containerPort"] == port and mapping.get("hostPort"):
                return mapping["hostPort"]
        return 32768 + self.number

    def target(self, balancer):
        """The target that this task is in a target group of its service."""
        port = self.host_port(balancer["containerName"], balancer["containerPort"])
        return {"Id": self.address if self.is_awsvpc() else self.instance, "Port": port}

    def _container(self, name):
        return next(each for each in self.definition["containerDefinitions"] if each["name"] == name)

    def stop(self, code, reason, exit_code=None, container_reason=None, at=0.0):
        """Told to stop, or stopping by itself; `exit_code` is of the first essential container."""
        self.wanted = "STOPPED"
        self.stopping = at
        self.stop_code = code
        self.stop_reason = reason or REASONS.get(code, EXITED)
        essential = next(
            each["name"] for each in self.definition["containerDefinitions"] if each.get("essential", True)
        )
        for container in self.definition["containerDefinitions"]:
            name = container["name"]
            if code != "TaskFailedToStart" or exit_code is not None:
                self.exits[name] = exit_code if name == essential and exit_code is not None else 0
            if name == essential and (container_reason or code == "TaskFailedToStart"):
                self.reasons[name] = container_reason or self.stop_reason

    def describe(self):
        """As DescribeTasks gives it."""
        service = self.service
        task = {
            "taskArn": self.arn,
            "clusterArn": service.cluster_arn,
            "group": f"service:{service.name}",
            "taskDefinitionArn": self.definition["taskDefinitionArn"],
            "startedBy": self.deployment,
            "lastStatus": self.status,
            "desiredStatus": self.wanted,
            "launchType": service.launch_type,
            "availabilityZone": f"{service.region}{'ab'[self.number % 2]}",
            "connectivity": "CONNECTED",
            "cpu": str(self.definition.get("cpu") or 128),
            "memory": str(self.definition.get("memory") or 128),
            "containers": [
                self._describe_container(each) for each in self.definition["containerDefinitions"]
            ],
            "healthStatus": "UNKNOWN",
            "version": 3,
            "overrides": {"containerOverrides": []},
            "tags": [],
            "attachments": [],
            "attributes": [],
            "enableExecuteCommand": False,
            "createdAt": moment(self.created),
            "startedAt": self.started and moment(self.started),
            "stoppingAt": self.stopping and moment(self.stopping),
            "stoppedAt": self.stopped and moment(self.stopped),
            "executionStoppedAt": self.stopped and moment(self.stopped),
            "stopCode": self.stop_code,
            "stoppedReason": self.stop_reason,
        }
        if self.is_awsvpc():
            details = [{"name": "privateIPv4Address", "value": self.address}]
            task["attachments"] = [
                {"id": self.id, "type": "ElasticNetworkInterface", "status": "ATTACHED", "details": details}
            ]
        if service.launch_type == "EC2":
            task["containerInstanceArn"] = (
                f"arn:aws:ecs:{service.region}:{service.account.id}:container-"
                f"instance/{service.cluster_name}/{self.instance[2:]}"
            )
        return {key: value for key, value in task.items() if value is not None}

    def _describe_container(self, container):
        name = container["name"]
        described = {
            "containerArn": f"{self.arn.replace(':task/', ':container/')}/{name}",
            "taskArn": self.arn,
            "name": name,
            "image": container["image"],
            "lastStatus": self.status,
            "healthStatus": "UNKNOWN",
            "runtimeId": f"{self.id}-{name}",
            "exitCode": self.exits.get(name),
            "reason": self.reasons.get(name),
            "networkBindings": [],
            "networkInterfaces": [],
        }
        if self.status == "RUNNING" and not self.is_awsvpc():
            described["networkBindings"] = [
                {
                    "bindIP": "0.0.0.0",
                    "containerPort": mapping["containerPort"],
                    "hostPort": self.host_port(name, mapping["containerPort"]),
                    "protocol": "tcp",
                }
                for mapping in container.get("portMappings", [])
            ]
        return {key: value for key, value in described.items() if value is not None}
