"""What every resource type of a stack is made with: where it is made, and properties as the API takes them.

A property that the type's API does not know fails the resource.
"""

import json
import secrets

from . import wire
from .errors import AwsError


class Made:
    """A resource that stands: what Ref gives, what GetAtt gives, its resolved properties, and its tags."""

    def __init__(self, physical_id, attributes=None):
        self.physical_id = physical_id
        self.attributes = attributes or {}
        self.properties = {}
        self.tags = {}


class Context:
    """Where a resource is made: `stack` names it, `call` calls the account's own APIs."""

    def __init__(self, account, region, stack_name, logical_id, tags):
        self.account = account
        self.region = region
        self.stack_name = stack_name
        self.logical_id = logical_id
        self.tags = tags

    def call(self, service, operation, /, **parameters):
        return self.account.call(service, operation, self.region, **parameters)

    def name(self, longest=64):
        """A name as CloudFormation makes it where the template gives none."""
        suffix = secrets.token_hex(6)
        return f"{self.stack_name}-{self.logical_id}"[: longest - 13].rstrip("-") + "-" + suffix


def to_api(value, shape, where="Properties"):
    """A property's value in the names and types of the API: keys are compared without case."""
    kind = shape.type_name
    if kind == "structure":
        members = {name.lower(): (name, member) for name, member in shape.members.items()}
        unknown = [key for key in value if key.lower() not in members]
        if unknown:
            raise AwsError(
                "GeneralServiceException",
                f"Properties validation failed: #/{where}: extraneous key [{unknown[0]}] is not permitted",
            )
        return {
            members[key.lower()][0]: to_api(item, members[key.lower()][1], f"{where}/{key}")
            for key, item in value.items()
        }
    if kind == "list":
        return [to_api(item, shape.member, where) for item in value]
    if kind == "map":
        return {key: to_api(item, shape.value, where) for key, item in value.items()}
    if kind in ("integer", "long"):
        return int(value)
    if kind in ("double", "float"):
        return float(value)
    if kind == "boolean":
        return value if isinstance(value, bool) else str(value).lower() == "true"
    return json.dumps(value) if isinstance(value, dict) else text(value)


def text(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


def all_tags(tags, own):
    """{key: value} of a stack's tags, and over them a resource's own."""
    own = [{key.lower(): str(item) for key, item in tag.items()} for tag in own]
    return {tag["key"]: tag["value"] for tag in [*tags, *own]}


def spelled(tags, tags_key):
    """Tags as the service writes them whose parameter is so called."""
    key, value = ("key", "value") if tags_key == "tags" else ("Key", "Value")
    return [{key: name, value: text} for name, text in tags.items()]


def change(context, service, operation, properties, /, **extra):
    """Calls the operation with the properties."""
    shape = wire.model(service, operation).input_shape
    return context.call(service, operation, **to_api({**properties, **extra}, shape))


def create(context, service, operation, properties, tags_key=None, tags=()):
    """Calls the operation with the properties, and the tags in the service's own spelling."""
    if tags_key:
        properties[tags_key] = spelled(all_tags(tags, properties.pop("Tags", [])), tags_key)
    return change(context, service, operation, properties)
