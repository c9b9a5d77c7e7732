"""CloudFormation's API over `stacks`: names, tokens, what is refused, listings.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html. A stack that was
deleted is found by its id only. Change sets are refused.
"""

import re

from . import stack_update, template
from .calls import operation
from .clock import moment
from .errors import AwsError, validation
from .stacks import STANDING, Shape, Stack

_NAME = re.compile(r"[a-zA-Z][-a-zA-Z0-9]{0,127}")


class Stacks:
    """The stacks of a region in the order they were made, and the switches of tests by stack name."""

    def __init__(self, account, region):
        self.account = account
        self.region = region
        self.all = []
        self.switches = {}

    def of(self, name):
        """The switches that apply to a stack: those of `*`, over them those of its name."""
        return {**self.switches.get("*", {}), **self.switches.get(name, {})}

    def switch(self, name, switches):
        self.switches[name] = switches
        for stack in self.all:
            if name in ("*", stack.name):
                stack.switches = self.of(stack.name)
                if switches.get("status"):
                    stack.become(switches["status"], switches.get("reason"))

    def standing(self, name):
        return next((each for each in self.all if each.name == name and each.deleted is None), None)

    def get(self, name_or_id, told="Stack with id {} does not exist"):
        stack = self.standing(name_or_id) or next((each for each in self.all if each.id == name_or_id), None)
        if stack is None:
            raise validation(told.format(name_or_id))
        return stack


@operation("cloudformation", "CreateStack")
def create_stack(call):
    asked = call.parameters
    stacks = call.state(Stacks)
    name = asked["StackName"]
    if not _NAME.fullmatch(name):
        raise validation(
            f"1 validation error detected: Value '{name}' at 'stackName' failed to satisfy "
            "constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
        )
    if asked.get("OnFailure") and asked.get("DisableRollback") is not None:
        raise validation("You can specify only one of DisableRollback and OnFailure")
    known = stacks.standing(name)
    token = asked.get("ClientRequestToken")
    if known and token and known.token == token:
        return {"StackId": known.id}
    if known:
        raise AwsError("AlreadyExistsException", f"Stack [{name}] already exists")
    stack = Stack(call.account, call.region, asked, stacks.of(name))
    _acknowledged(stack.shape, stack.capabilities)
    stacks.all.append(stack)
    stack.create()
    return {"StackId": stack.id}


def _acknowledged(shape, capabilities):
    missing = template.capabilities(shape.template) - set(capabilities)
    if missing:
        raise AwsError("InsufficientCapabilitiesException", f"Requires capabilities : [{', '.join(missing)}]")


@operation("cloudformation", "DeleteStack")
def delete_stack(call):
    """A stack that is not there, or is being deleted, is fine."""
    name = call.parameters["StackName"]
    stacks = call.state(Stacks)
    stack = stacks.standing(name) or next((each for each in stacks.all if each.id == name), None)
    if stack is None or stack.deleted is not None or stack.status == "DELETE_IN_PROGRESS":
        return {}
    if stack.status.endswith("_IN_PROGRESS") and stack.status.startswith("UPDATE_"):
        raise validation(f"Stack [{stack.id}] cannot be deleted while in status {stack.status}")
    if stack.protected:
        raise validation(f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled")
    retain = call.parameters.get("RetainResources") or []
    if retain and stack.status != "DELETE_FAILED":
        raise validation(
            f"Invalid operation on stack [{stack.id}]. Retain resources is only valid for stacks "
            "in DELETE_FAILED state."
        )
    gone = [name for name in retain if stack.is_gone(name)]
    if gone:
        raise validation(
            "The specified resources to retain must be in a valid state. Do not specify resources that are in "
            "the DELETE_COMPLETE state."
        )
    stack.delete(call.parameters.get("ClientRequestToken"), retain)
    return {}


@operation("cloudformation", "UpdateTerminationProtection")
def update_protection(call):
    stack = call.state(Stacks).get(call.parameters["StackName"])
    stack.protected = bool(call.parameters["EnableTerminationProtection"])
    return {"StackId": stack.id}


@operation("cloudformation", "UpdateStack")
def update_stack(call):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_UpdateStack.html"""
    asked = call.parameters
    stack = call.state(Stacks).get(asked["StackName"], "Stack [{}] does not exist")
    token = asked.get("ClientRequestToken")
    if token and stack.update and stack.token == token:
        return {"StackId": stack.id}
    if stack.status not in STANDING:
        raise validation(f"Stack:{stack.id} is in {stack.status} state and can not be updated.")
    is_previous = asked.get("UsePreviousTemplate", False)
    if is_previous and asked.get("TemplateBody"):
        raise validation("You cannot specify both usePreviousTemplate and Template Body/Template URL.")
    given = dict(_given(stack, each) for each in asked.get("Parameters") or [])
    body = stack.shape.body if is_previous else asked.get("TemplateBody")
    shape = Shape(body, given, asked.get("Tags", stack.shape.tags), stack.pseudo())
    _acknowledged(shape, asked.get("Capabilities") or [])
    if not stack_update.differs(stack.shape, shape):
        raise validation("No updates are to be performed.")
    stack.token = token
    stack.capabilities = asked.get("Capabilities") or []
    stack.update = stack_update.Update(stack, shape)
    stack.update.begin()
    return {"StackId": stack.id}


def _given(stack, parameter):
    """The name and value of a parameter that an update is given."""
    name = parameter["ParameterKey"]
    if not parameter.get("UsePreviousValue"):
        return name, parameter["ParameterValue"]
    told = f"Invalid input for parameter key {name}. Cannot specify usePreviousValue as true"
    if parameter.get("ParameterValue"):
        raise validation(f"{told} and non empty value for a parameter")
    if name not in stack.shape.parameters:
        raise validation(f"{told} for a parameter key not in the previous template")
    return name, stack.shape.parameters[name]


@operation("cloudformation", "CreateChangeSet")
def create_change_set(call):
    raise validation(f"{call.operation} is not known to this emulator")


@operation("cloudformation", "DescribeStacks")
def describe_stacks(call):
    stacks = call.state(Stacks)
    name = call.parameters.get("StackName")
    found = [stacks.get(name)] if name else [each for each in stacks.all if each.deleted is None]
    return {"Stacks": [_described(each) for each in found]}


def _described(stack):
    hidden = {
        name
        for name, about in (stack.shape.template.get("Parameters") or {}).items()
        if str(about.get("NoEcho", "")).lower() == "true"
    }
    shown = [
        {"ParameterKey": name, "ParameterValue": "****" if name in hidden else value}
        for name, value in stack.shape.parameters.items()
    ]
    return {
        "StackId": stack.id,
        "StackName": stack.name,
        "Description": stack.shape.template.get("Description"),
        "Parameters": shown,
        "CreationTime": moment(stack.created),
        "LastUpdatedTime": stack.updated and moment(stack.updated),
        "DeletionTime": stack.deleted and moment(stack.deleted),
        "StackStatus": stack.status,
        "StackStatusReason": stack.reason,
        "DisableRollback": stack.on_failure == "DO_NOTHING",
        "Capabilities": stack.capabilities,
        "Outputs": stack.outputs(),
        "Tags": stack.shape.tags,
        "EnableTerminationProtection": stack.protected,
    }


@operation("cloudformation", "ListStacks")
def list_stacks(call):
    wanted = call.parameters.get("StackStatusFilter")
    found = [each for each in reversed(call.state(Stacks).all) if not wanted or each.status in wanted]
    return {
        "StackSummaries": [
            {
                "StackId": each.id,
                "StackName": each.name,
                "CreationTime": moment(each.created),
                "DeletionTime": each.deleted and moment(each.deleted),
                "StackStatus": each.status,
                "StackStatusReason": each.reason,
                "TemplateDescription": each.shape.template.get("Description"),
            }
            for each in found
        ]
    }


@operation("cloudformation", "DescribeStackEvents")
def describe_stack_events(call):
    """Newest first, as AWS gives them."""
    stack = call.state(Stacks).get(call.parameters["StackName"], "Stack [{}] does not exist")
    return {"StackEvents": [{**event, "Timestamp": moment(event["Timestamp"])} for event in stack.events]}


def _resources(call):
    stack = call.state(Stacks).get(call.parameters["StackName"])
    wanted = call.parameters.get("LogicalResourceId")
    every = stack.shape.resources.values()
    found = [each for each in every if each.status and wanted in (None, each.logical_id)]
    if wanted and not found:
        raise validation(f"Resource {wanted} does not exist for stack {stack.name}")
    return stack, found


def _resource(stack, resource, stamp):
    return {
        "StackName": stack.name,
        "StackId": stack.id,
        "LogicalResourceId": resource.logical_id,
        "PhysicalResourceId": resource.made.physical_id if resource.made else "",
        "ResourceType": resource.kind,
        stamp: moment(resource.at),
        "ResourceStatus": resource.status,
        "ResourceStatusReason": resource.reason,
    }


@operation("cloudformation", "DescribeStackResources")
def describe_stack_resources(call):
    stack, found = _resources(call)
    return {"StackResources": [_resource(stack, each, "Timestamp") for each in found]}


@operation("cloudformation", "DescribeStackResource")
def describe_stack_resource(call):
    stack, found = _resources(call)
    return {"StackResourceDetail": _resource(stack, found[0], "LastUpdatedTimestamp")}


@operation("cloudformation", "ListStackResources")
def list_stack_resources(call):
    stack, found = _resources(call)
    return {"StackResourceSummaries": [_resource(stack, each, "LastUpdatedTimestamp") for each in found]}


@operation("cloudformation", "GetTemplate")
def get_template(call):
    stack = call.state(Stacks).get(call.parameters["StackName"])
    return {"TemplateBody": stack.shape.body, "StagesAvailable": ["Original", "Processed"]}


@operation("cloudformation", "ValidateTemplate", "GetTemplateSummary")
def validate_template(call):
    parsed = template.parse(call.parameters.get("TemplateBody"))
    template.dependencies(parsed)
    declared = parsed.get("Parameters") or {}
    needed = sorted(template.capabilities(parsed))
    return {
        "Description": parsed.get("Description"),
        "Capabilities": needed,
        "Parameters": [
            {"ParameterKey": name, "DefaultValue": about.get("Default") and str(about["Default"])}
            for name, about in declared.items()
        ],
    }
