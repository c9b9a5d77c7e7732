"""One stack: its resources are made and deleted one after another, in the emulator's time. What an
update does is in `stack_update.py`.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html describes the events
and their order; https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-console-create-stack.html
what follows a failure (`OnFailure`).
"""

import uuid

from . import resource as parts
from . import resources, template
from .errors import AwsError

STACK = "AWS::CloudFormation::Stack"
# A stack of these is whole, and may be updated.
STANDING = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")
PROGRESS_S = 2.0


class Switched(AwsError):
    """A failure that a test wants."""

    def __init__(self, reason):
        super().__init__("GeneralServiceException", reason)


def told(error):
    """The reason of a resource's failure: a refusal in the words of its handler."""
    if isinstance(error, Switched):
        return error.message
    return (
        f'Resource handler returned message: "{error.message}" (RequestToken: {uuid.uuid4()}, '
        f"HandlerErrorCode: {error.code})"
    )


class Resource:
    """A resource of a stack, from its place in the template to what stands of it."""

    def __init__(self, logical_id, about):
        self.logical_id = logical_id
        self.kind = about["Type"]
        self.about = about
        self.policy = about.get("DeletionPolicy")
        self.status = None
        self.reason = None
        self.at = None
        self.made = None


class Shape:
    """What a stack is to be: its template, parameters and tags, and the resources that follow from them."""

    def __init__(self, body, given, tags, pseudo):
        self.body = body
        self.template = template.parse(body)
        self.parameters = template.parameters(self.template, given)
        self.tags = tags
        self.needs = template.dependencies(self.template)
        self.scope = template.Scope(self.template, self.parameters, pseudo)
        self.resources = {
            name: Resource(name, about)
            for name, about in self.template["Resources"].items()
            if "Condition" not in about or self.scope.condition(about["Condition"])
        }


class Stack:
    """`switches` are a test's: fail, delete_fail, hang (by logical id), seconds."""

    def __init__(self, account, region, asked, switches):
        self.account = account
        self.region = region
        self.name = asked["StackName"]
        self.switches = switches
        self.token = asked.get("ClientRequestToken")
        self.on_failure = "DO_NOTHING" if asked.get("DisableRollback") else asked.get("OnFailure", "ROLLBACK")
        self.protected = bool(asked.get("EnableTerminationProtection"))
        self.capabilities = asked.get("Capabilities") or []
        self.id = f"arn:aws:cloudformation:{region}:{account.id}:stack/{self.name}/{uuid.uuid4()}"
        given = {each["ParameterKey"]: each["ParameterValue"] for each in asked.get("Parameters") or []}
        self.shape = Shape(asked.get("TemplateBody"), given, asked.get("Tags") or [], self.pseudo())
        self.created = account.now()
        self.updated = self.deleted = None
        self.events = []
        self.status = self.reason = None
        self.update = None
        self.stood = False

    def pseudo(self):
        return {
            "AWS::AccountId": self.account.id,
            "AWS::Region": self.region,
            "AWS::StackName": self.name,
            "AWS::StackId": self.id,
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
        }

    def seconds(self):
        return self.switches.get("seconds", self.account.settings["stack_resource_s"])

    def _event(self, logical_id, physical_id, kind, status, reason=None):
        self.events.insert(
            0,
            {
                "StackId": self.id,
                "StackName": self.name,
                "EventId": f"{logical_id}-{status}-{uuid.uuid4()}",
                "LogicalResourceId": logical_id,
                "PhysicalResourceId": physical_id,
                "ResourceType": kind,
                "ResourceStatus": status,
                "ResourceStatusReason": reason,
                "Timestamp": self.account.now(),
                "ClientRequestToken": self.token,
            },
        )

    def become(self, status, reason=None):
        self.status, self.reason = status, reason
        self._event(self.name, self.id, STACK, status, reason)

    def mark(self, resource, status, reason=None):
        resource.status, resource.reason, resource.at = status, reason, self.account.now()
        physical = resource.made.physical_id if resource.made else ""
        self._event(resource.logical_id, physical, resource.kind, status, reason)

    def _with(self, status):
        return [each for each in self.shape.resources.values() if each.status == status]

    def create(self):
        self.become("CREATE_IN_PROGRESS", "User Initiated")
        self._go_on()

    def _go_on(self):
        """Begins every resource whose dependencies stand; ends the stack when all do."""
        if self.status != "CREATE_IN_PROGRESS":
            return
        done = {each.logical_id for each in self._with("CREATE_COMPLETE")}
        for resource in self.shape.resources.values():
            needs = self.shape.needs[resource.logical_id] & set(self.shape.resources)
            if resource.status is None and needs <= done:
                self.mark(resource, "CREATE_IN_PROGRESS")
                self._begin(resource)
                if self.status != "CREATE_IN_PROGRESS":
                    return
        if len(done) == len(self.shape.resources):
            self.stood = True
            self.become("CREATE_COMPLETE")

    def _begin(self, resource):
        try:
            self.strike(resource)
            properties = self.shape.scope.resolve(resource.about.get("Properties") or {})
            made = resources.make(self.context(resource), resource.kind, properties)
        except AwsError as error:
            reason = told(error)
            self.account.after(self.seconds(), lambda: self._failed(resource, reason))
            return
        resource.made = self.shape.scope.made[resource.logical_id] = made
        self.mark(resource, "CREATE_IN_PROGRESS", "Resource creation Initiated")
        self.account.after(self.seconds(), lambda: self._complete(resource))

    def _complete(self, resource):
        if resource.status != "CREATE_IN_PROGRESS" or self.status != "CREATE_IN_PROGRESS":
            return
        hangs = resource.logical_id in self.switches.get("hang", [])
        if hangs or not resources.stands(self.context(resource), resource.kind, resource.made):
            self.account.after(PROGRESS_S, lambda: self._complete(resource))
            return
        self.mark(resource, "CREATE_COMPLETE")
        self._go_on()

    def strike(self, resource):
        """Refuses what a test wants to fail."""
        reason = self.switches.get("fail", {}).get(resource.logical_id)
        if reason:
            raise Switched(reason)

    def context(self, resource):
        own = {
            "aws:cloudformation:stack-name": self.name,
            "aws:cloudformation:stack-id": self.id,
            "aws:cloudformation:logical-id": resource.logical_id,
        }
        own.update({each["Key"]: each["Value"] for each in self.shape.tags})
        tags = [{"key": key, "value": value} for key, value in own.items()]
        return parts.Context(self.account, self.region, self.name, resource.logical_id, tags)

    def _failed(self, resource, reason):
        """The first failure cancels what is under way and decides the stack's fate."""
        if self.status != "CREATE_IN_PROGRESS":
            return
        self.mark(resource, "CREATE_FAILED", reason)
        failed = [resource.logical_id]
        for other in self._with("CREATE_IN_PROGRESS"):
            self.mark(other, "CREATE_FAILED", "Resource creation cancelled")
            failed.append(other.logical_id)
        why = f"The following resource(s) failed to create: [{', '.join(failed)}]. "
        if self.on_failure == "DO_NOTHING":
            self.become("CREATE_FAILED", why)
        elif self.on_failure == "DELETE":
            self._take_down("DELETE", why + "Delete requested by user.")
        else:
            self._take_down("ROLLBACK", why + "Rollback requested by user.")

    def delete(self, token=None, retain=()):
        """DeleteStack. `retain`: logical ids that stay, as RetainResources."""
        self.token = token
        for name in retain:
            self.shape.resources[name].policy = "Retain"
        self._take_down("DELETE", "User Initiated")

    def is_gone(self, name):
        resource = self.shape.resources.get(name)
        return resource is None or resource.status == "DELETE_COMPLETE"

    def _take_down(self, verb, reason):
        """Deletes what stands; `verb` is DELETE, or ROLLBACK, after which the stack itself stays."""
        self.become(f"{verb}_IN_PROGRESS", reason)
        for resource in self.shape.resources.values():
            if resource.made is None and resource.status == "CREATE_FAILED":
                self.mark(resource, "DELETE_COMPLETE")
        self._fall_on(verb, set())

    def _fall_on(self, verb, failed):
        """Deletes every resource that nothing needs any more, until none is left that can go."""
        standing = {
            name
            for name, each in self.shape.resources.items()
            if each.made and each.status not in ("DELETE_COMPLETE", "DELETE_SKIPPED")
        }
        needed = {need for name in standing for need in self.shape.needs[name]}
        free = [
            self.shape.resources[name]
            for name in sorted(standing - needed - failed)
            if self.shape.resources[name].status != "DELETE_IN_PROGRESS"
        ]
        for resource in free:
            if resource.policy == "Retain" or (resource.policy == "RetainExceptOnCreate" and self.stood):
                self.mark(resource, "DELETE_SKIPPED")
            else:
                self.mark(resource, "DELETE_IN_PROGRESS")
                self.account.after(self.seconds(), lambda each=resource: self._delete(verb, each, failed))
        if any(each.status == "DELETE_SKIPPED" for each in free):
            self._fall_on(verb, failed)
        elif not self._with("DELETE_IN_PROGRESS"):
            self._end(verb, failed)

    def _delete(self, verb, resource, failed):
        if resource.logical_id in self.switches.get("delete_hang", []):
            self.account.after(PROGRESS_S, lambda: self._delete(verb, resource, failed))
            return
        try:
            self.delete_resource(resource)
        except AwsError as error:
            self.mark(resource, "DELETE_FAILED", error.message)
            failed.add(resource.logical_id)
        else:
            self.mark(resource, "DELETE_COMPLETE")
        self._fall_on(verb, failed)

    def delete_resource(self, resource):
        reason = self.switches.get("delete_fail", {}).get(resource.logical_id)
        if reason:
            raise Switched(reason)
        resources.delete(self.context(resource), resource.kind, resource.made)

    def _end(self, verb, failed):
        if failed:
            why = f"The following resource(s) failed to delete: [{', '.join(sorted(failed))}]. "
            self.become(f"{verb}_FAILED", why)
            return
        self.become(f"{verb}_COMPLETE")
        if verb == "DELETE":
            self.deleted = self.account.now()

    def outputs(self):
        """Those of a complete stack, resolved."""
        if self.status not in STANDING:
            return []
        declared = self.shape.template.get("Outputs") or {}
        return [
            {
                "OutputKey": name,
                "OutputValue": str(self.shape.scope.resolve(about["Value"])),
                "Description": about.get("Description"),
            }
            for name, about in declared.items()
        ]
