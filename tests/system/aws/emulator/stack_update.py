"""An update of a stack: what the new template adds is made, what it changes is changed in place or replaced,
what it no longer names is deleted last; after a failure all is as before.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
says what is changed in place; the statuses are those of `DescribeStacks`.
"""

import copy

from . import resources, template
from .errors import AwsError
from .stacks import PROGRESS_S, told

_POLICIES = ("DeletionPolicy", "UpdateReplacePolicy")


def differs(before, after):
    """Whether there is anything to update; `DependsOn` alone is nothing."""
    return _compared(before) != _compared(after)


def _compared(shape):
    kinds = {
        name: (each.kind, each.about.get("Properties"), [each.about.get(policy) for policy in _POLICIES])
        for name, each in shape.resources.items()
    }
    outputs = shape.template.get("Outputs"), shape.template.get("Conditions")
    return kinds, shape.parameters, sorted((tag["Key"], tag["Value"]) for tag in shape.tags), outputs


class Update:
    """From one shape of a stack to another. `olds` are the resources that the end of it deletes."""

    def __init__(self, stack, shape):
        self.stack = stack
        self.before = stack.shape
        self.after = shape
        self.retagged = {tag["Key"]: tag["Value"] for tag in self.before.tags} != {
            tag["Key"]: tag["Value"] for tag in shape.tags
        }
        self.done = set()
        self.under_way = {}
        self.olds = []

    def begin(self):
        stack = self.stack
        for name, resource in self.after.resources.items():
            known = self._known(resource)
            if known:
                for field in ("status", "reason", "at", "made"):
                    setattr(resource, field, getattr(known, field))
        stack.shape = self.after
        stack.updated = stack.account.now()
        stack.become("UPDATE_IN_PROGRESS", "User Initiated")
        stack.account.after(stack.seconds(), self._go_on)

    def _known(self, resource):
        """The same resource of the shape before, if there is one."""
        known = self.before.resources.get(resource.logical_id)
        return known if known and known.kind == resource.kind else None

    def _is_over(self):
        return self.stack.update is not self or self.stack.status != "UPDATE_IN_PROGRESS"

    def _go_on(self):
        """Begins every resource whose dependencies stand; cleans up when all do."""
        is_moving = True
        while is_moving and not self._is_over():
            ready = [
                resource
                for name, resource in self.after.resources.items()
                if name not in self.done | set(self.under_way)
                and self.after.needs[name] & set(self.after.resources) <= self.done
            ]
            # What is as it was is done at once, and others may wait for it.
            is_moving = any([self._begin(resource) for resource in ready])
        if not self._is_over() and len(self.done) == len(self.after.resources):
            self._clean_up("UPDATE_COMPLETE", self._removed() + self.olds)

    def _begin(self, resource):
        """Whether the resource is done: it is as it was."""
        stack, name, old = self.stack, resource.logical_id, resource.made
        verb = "UPDATE" if old else "CREATE"
        try:
            properties = self.after.scope.resolve(resource.about.get("Properties") or {})
            is_retagged = self.retagged and resource.kind in resources.TAGGED
            if old and properties == old.properties and not is_retagged:
                self.after.scope.made[name] = old
                self.done.add(name)
                return True
            self.under_way[name] = verb
            stack.mark(resource, f"{verb}_IN_PROGRESS")
            stack.strike(resource)
            made = self._made(resource, old, properties)
        except AwsError as error:
            self.under_way[name] = verb
            reason = told(error)
            stack.account.after(stack.seconds(), lambda: self._failed(resource, reason))
            return False
        resource.made = self.after.scope.made[name] = made
        if old and made.physical_id != old.physical_id:
            self.olds.append(_old(resource, old, "UpdateReplacePolicy"))
        if name not in stack.switches.get("hang", []):
            stack.account.after(stack.seconds(), lambda: self._complete(resource))
        return False

    def _made(self, resource, old, properties):
        context = self.stack.context(resource)
        if not old:
            return resources.make(context, resource.kind, properties)
        return resources.update(context, resource.kind, old, properties)

    def _complete(self, resource):
        stack, name = self.stack, resource.logical_id
        if self._is_over() or name not in self.under_way:
            return
        if not resources.stands(stack.context(resource), resource.kind, resource.made):
            stack.account.after(PROGRESS_S, lambda: self._complete(resource))
            return
        stack.mark(resource, f"{self.under_way.pop(name)}_COMPLETE")
        self.done.add(name)
        self._go_on()

    def _failed(self, resource, reason):
        """The first failure cancels what is under way; then all goes back."""
        stack = self.stack
        if self._is_over():
            return
        failed = [resource.logical_id, *(name for name in self.under_way if name != resource.logical_id)]
        for name in failed:
            verb = self.under_way[name]
            is_first = name == resource.logical_id
            cancelled = f"Resource {'update' if verb == 'UPDATE' else 'creation'} cancelled"
            stack.mark(self.after.resources[name], f"{verb}_FAILED", reason if is_first else cancelled)
        self._roll_back(f"The following resource(s) failed to update: [{', '.join(failed)}]. ")

    def _roll_back(self, why):
        """What was changed is changed back, side by side; what was made goes last."""
        stack = self.stack
        stack.shape = self.before
        stack.become("UPDATE_ROLLBACK_IN_PROGRESS", why)
        changed, news = [], []
        for resource in self.after.resources.values():
            known = self._known(resource)
            if resource.made is None or (known and resource.made is known.made):
                continue
            if not known or resource.made.physical_id != known.made.physical_id:
                news.append(_old(resource, resource.made))
            if known:
                changed.append((known, resource.made))
        for known, now in changed:
            stack.mark(known, "UPDATE_IN_PROGRESS")
        stack.account.after(stack.seconds() if changed else 0, lambda: self._rolled_back(changed, news))

    def _rolled_back(self, changed, news):
        stack = self.stack
        try:
            for known, now in changed:
                if now.physical_id == known.made.physical_id:
                    resources.update(stack.context(known), known.kind, now, known.made.properties)
                stack.mark(known, "UPDATE_COMPLETE")
        except AwsError as error:
            stack.mark(known, "UPDATE_FAILED", told(error))
            stack.become("UPDATE_ROLLBACK_FAILED", f"Could not be rolled back: [{known.logical_id}]. ")
            return
        self._clean_up("UPDATE_ROLLBACK_COMPLETE", news)

    def _removed(self):
        """What the new template does not name, in an order in which it can go."""
        names = reversed(template.ordered(self.before.needs))
        gone = [self.before.resources[name] for name in names if name in self.before.resources]
        return [
            _old(each, each.made, "DeletionPolicy")
            for each in gone
            if each.made and self._is_removed(each)
        ]

    def _is_removed(self, resource):
        now = self.after.resources.get(resource.logical_id)
        return not now or now.kind != resource.kind

    def _clean_up(self, end, olds):
        self.stack.become(f"{end}_CLEANUP_IN_PROGRESS")
        self.stack.account.after(self.stack.seconds(), lambda: self._delete(end, olds, []))

    def _delete(self, end, olds, failed):
        """Deletes one after another; what cannot be deleted is no longer the stack's all the same."""
        stack = self.stack
        if stack.update is not self:
            return
        if not olds:
            why = "Update successful. One or more resources could not be deleted." if failed else None
            stack.become(end, why)
            return
        resource, *left = olds
        if resource.policy == "Retain":
            stack.mark(resource, "DELETE_SKIPPED")
            self._delete(end, left, failed)
            return
        stack.mark(resource, "DELETE_IN_PROGRESS")
        if resource.logical_id not in stack.switches.get("delete_hang", []):
            stack.account.after(stack.seconds(), lambda: self._deleted(end, resource, left, failed))

    def _deleted(self, end, resource, left, failed):
        try:
            self.stack.delete_resource(resource)
        except AwsError as error:
            self.stack.mark(resource, "DELETE_FAILED", error.message)
            failed = [*failed, resource.logical_id]
        else:
            self.stack.mark(resource, "DELETE_COMPLETE")
        self._delete(end, left, failed)


def _old(resource, made, policy=None):
    """A resource as it stood, to be deleted, or kept if its policy says so."""
    old = copy.copy(resource)
    old.made = made
    old.policy = resource.about.get(policy)
    return old
