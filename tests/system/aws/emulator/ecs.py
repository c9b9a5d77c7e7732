"""Amazon ECS: services whose tasks live. Clusters and task definitions stay moto's.

A service is made in moto too (with no tasks), because moto's other services look for it there.
"""

from . import ecs_rules
from .calls import operation
from .ecs_service import Service
from .errors import AwsError

_NOT_FOUND = ("ServiceNotFoundException", "Service not found.")


class Services:
    """The services of a region, and how tests want their tasks to behave."""

    def __init__(self, account, region):
        self.account = account
        self.region = region
        self.all = {}
        self.behaviours = {}

    def behave(self, name, behaviour):
        """From now on the tasks of services of that name behave so; those that run, as well."""
        self.behaviours[name] = behaviour
        for service in self.all.values():
            if service.name == name:
                service.behaviour = behaviour
                self._strike(service, behaviour)

    def _strike(self, service, behaviour):
        if "stop_after_s" in behaviour:
            for task in service.running():
                self.account.after(behaviour["stop_after_s"], lambda task=task: service.crash(task))
        service.reconcile()

    def groups_of(self, name):
        """The target groups of the services of that name."""
        return [
            balancer["targetGroupArn"]
            for service in self.all.values()
            if service.name == name
            for balancer in service.about.get("loadBalancers", [])
            if balancer.get("targetGroupArn")
        ]

    def find(self, cluster, name):
        return self.all.get((_short(cluster or "default"), _short(name)))

    def active(self, cluster, name):
        service = self.find(cluster, name)
        if service is None:
            raise AwsError(*_NOT_FOUND)
        if service.status != "ACTIVE":
            raise AwsError("ServiceNotActiveException", "Service was not ACTIVE.")
        return service

    def tasks(self, cluster):
        return [
            task
            for service in self.all.values()
            if service.cluster_name == _short(cluster or "default")
            for task in service.tasks
        ]


def _short(name):
    return name.rsplit("/", 1)[-1]


def _cluster(call):
    name = call.parameters.get("cluster") or "default"
    clusters = call.account.call("ecs", "DescribeClusters", call.region, clusters=[name])["clusters"]
    if not clusters:
        raise AwsError("ClusterNotFoundException", "Cluster not found.")
    return clusters[0]


@operation("ecs", "CreateService")
def create_service(call):
    services = call.state(Services)
    asked = call.parameters
    known = services.find(asked.get("cluster"), asked["serviceName"])
    if known and known.status == "ACTIVE":
        raise AwsError("InvalidParameterException", "Creation of service was not idempotent.")
    cluster = _cluster(call)
    definition = call.account.call(
        "ecs", "DescribeTaskDefinition", call.region, taskDefinition=asked["taskDefinition"]
    )["taskDefinition"]
    ecs_rules.check(call.account, call.region, asked, definition)
    moto = call.moto({**asked, "desiredCount": 0})["service"]
    key = (cluster["clusterName"], asked["serviceName"])
    behaviour = services.behaviours.get(asked["serviceName"], {})
    service = Service(call.account, call.region, cluster, moto["serviceArn"], dict(asked), behaviour)
    services.all[key] = service
    return {"service": service.describe()}


@operation("ecs", "UpdateService")
def update_service(call):
    """Another task definition or `forceNewDeployment` is a new deployment; a desired count is not."""
    asked = dict(call.parameters)
    service = call.state(Services).active(asked.pop("cluster", None), asked.pop("service"))
    force = asked.pop("forceNewDeployment", False)
    definition = asked.pop("taskDefinition", None)
    desired = asked.pop("desiredCount", None)
    service.about.update(asked)
    if definition or force:
        if desired is not None:
            service.desired = desired
        service.deploy(definition or service.deployments[0]["definition"]["taskDefinitionArn"])
    elif desired is not None:
        service.scale(desired)
    return {"service": service.describe()}


@operation("ecs", "DeleteService")
def delete_service(call):
    asked = call.parameters
    service = call.state(Services).active(asked.get("cluster"), asked["service"])
    if service.desired > 0 and not asked.get("force"):
        raise AwsError(
            "InvalidParameterException", "The service cannot be stopped while it is scaled above 0."
        )
    service.end()
    call.moto({**asked, "force": True})
    return {"service": service.describe()}


@operation("ecs", "TagResource")
def tag_resource(call):
    """The tags of a service are ours; the rest are moto's."""
    asked = call.parameters
    if service := _service(call):
        new = {tag["key"]: tag["value"] for tag in asked["tags"]}
        _set_tags(service, {**_tags(service), **new})
    return {} if service else call.moto()


@operation("ecs", "UntagResource")
def untag_resource(call):
    gone = call.parameters["tagKeys"]
    if service := _service(call):
        _set_tags(service, {key: value for key, value in _tags(service).items() if key not in gone})
    return {} if service else call.moto()


def _service(call):
    arn = call.parameters["resourceArn"]
    return next((each for each in call.state(Services).all.values() if each.arn == arn), None)


def _tags(service):
    return {tag["key"]: tag["value"] for tag in service.about.get("tags") or []}


def _set_tags(service, tags):
    service.about["tags"] = [{"key": key, "value": value} for key, value in tags.items()]


@operation("ecs", "DescribeServices")
def describe_services(call):
    _cluster(call)
    found, failures = [], []
    if len(call.parameters["services"]) > 10:
        raise AwsError("InvalidParameterException", "Services cannot be longer than 10.")
    tagged = "TAGS" in (call.parameters.get("include") or [])
    for name in call.parameters["services"]:
        service = call.state(Services).find(call.parameters.get("cluster"), name)
        if service:
            tags = {"tags": service.about.get("tags", [])} if tagged else {}
            found.append({**service.describe(), **tags})
        else:
            arn = f"arn:aws:ecs:{call.region}:{call.account.id}:service/{_short(name)}"
            failures.append({"arn": arn, "reason": "MISSING"})
    return {"services": found, "failures": failures}


@operation("ecs", "ListServices")
def list_services(call):
    cluster = _cluster(call)["clusterName"]
    return {
        "serviceArns": [
            service.arn
            for (name, _), service in call.state(Services).all.items()
            if name == cluster and service.status == "ACTIVE"
        ]
    }


@operation("ecs", "ListTasks")
def list_tasks(call):
    """By default those that are wanted running; stopped ones are listed too (AWS: for an hour)."""
    _cluster(call)
    asked = call.parameters
    wanted = asked.get("desiredStatus", "RUNNING")
    tasks = call.state(Services).tasks(asked.get("cluster"))
    if asked.get("serviceName"):
        tasks = [task for task in tasks if task.service.name == _short(asked["serviceName"])]
    if asked.get("startedBy"):
        tasks = [task for task in tasks if task.deployment == asked["startedBy"]]
    return {"taskArns": [task.arn for task in tasks if task.wanted == wanted]}


@operation("ecs", "DescribeTasks")
def describe_tasks(call):
    _cluster(call)
    asked = call.parameters["tasks"]
    if len(asked) > 100:
        raise AwsError("InvalidParameterException", "Tasks cannot be longer than 100.")
    known = {task.id: task for task in call.state(Services).tasks(call.parameters.get("cluster"))}
    missing = [name for name in asked if _short(name) not in known]
    return {
        "tasks": [known[_short(name)].describe() for name in asked if _short(name) in known],
        "failures": [{"arn": name, "reason": "MISSING"} for name in missing],
    }


@operation("ecs", "StopTask")
def stop_task(call):
    known = {task.id: task for task in call.state(Services).tasks(call.parameters.get("cluster"))}
    task = known.get(_short(call.parameters["task"]))
    if task is None:
        raise AwsError("InvalidParameterException", "The referenced task was not found.")
    task.service.stop(task, "UserInitiated", call.parameters.get("reason") or "Task stopped by user")
    call.account.after(call.account.settings["task_stop_s"], task.service.reconcile)
    return {"task": task.describe()}
