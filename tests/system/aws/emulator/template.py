"""CloudFormation templates: parameters, conditions, intrinsic functions, the order of resources.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

import json
import re

import yaml

from .errors import validation

_SUB = re.compile(r"\$\{([^!}][^}]*)\}")
_LIMIT = 51200
_NAMED_IAM = {"AWS::IAM::Role": "RoleName", "AWS::IAM::ManagedPolicy": "ManagedPolicyName"}


def parse(body):
    """A template of its text; a refusal in CloudFormation's words."""
    if not body:
        raise validation("Either Template URL or Template Body must be specified.")
    if len(body.encode()) > _LIMIT:
        raise validation(
            "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: "
            f"Member must have length less than or equal to {_LIMIT}"
        )
    try:
        template = json.loads(body) if body.lstrip().startswith("{") else yaml.safe_load(body)
    except (ValueError, yaml.YAMLError) as error:
        raise validation(f"Template format error: {error}") from None
    if not isinstance(template, dict) or not template.get("Resources"):
        raise validation("Template format error: At least one Resources member must be defined.")
    for name, resource in template["Resources"].items():
        if not re.fullmatch("[A-Za-z0-9]+", name):
            raise validation(f"Template format error: Resource name {name} is non alphanumeric.")
        if "Type" not in resource:
            raise validation(
                f"Template format error: [/Resources/{name}] Every Resources object must "
                "contain a Type member."
            )
    return template


def parameters(template, given):
    """Every parameter's value: given, else its default."""
    declared = template.get("Parameters") or {}
    unknown = [name for name in given if name not in declared]
    if unknown:
        raise validation(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    values = {name: given.get(name, about.get("Default")) for name, about in declared.items()}
    missing = [name for name, value in values.items() if value is None]
    if missing:
        raise validation(f"Parameters: [{', '.join(missing)}] must have values")
    for name, about in declared.items():
        if len(str(values[name])) < int(about.get("MinLength", 0)):
            raise validation(
                f"Parameter {name} failed to satisfy constraint: minimum length is " f"{about['MinLength']}"
            )
    return {name: str(value) for name, value in values.items()}


def capabilities(template):
    """What the caller has to have acknowledged."""
    needed = set()
    for resource in template["Resources"].values():
        if resource["Type"].startswith("AWS::IAM::"):
            named = _NAMED_IAM.get(resource["Type"]) in (resource.get("Properties") or {})
            needed.add("CAPABILITY_NAMED_IAM" if named else "CAPABILITY_IAM")
    return {"CAPABILITY_NAMED_IAM"} if "CAPABILITY_NAMED_IAM" in needed else needed


def references(value):
    """The names a value refers to, by Ref, GetAtt or Sub."""
    if isinstance(value, list):
        return {name for item in value for name in references(item)}
    if not isinstance(value, dict):
        return set()
    if set(value) == {"Ref"}:
        return {value["Ref"]}
    if set(value) == {"Fn::GetAtt"}:
        return {_pair(value["Fn::GetAtt"])[0]}
    if set(value) == {"Fn::Sub"}:
        text, known = _sub_parts(value["Fn::Sub"])
        named = {name.split(".")[0] for name in _SUB.findall(text)} - set(known)
        return named | references(list(known.values()))
    return {name for item in value.values() for name in references(item)}


def dependencies(template):
    """{resource: the resources that must stand before it}; a refusal of what cannot be resolved."""
    resources = template["Resources"]
    known = set(resources) | set(template.get("Parameters") or {})
    needs = {}
    for name, resource in resources.items():
        named = {
            each for each in references(resource.get("Properties") or {}) if not each.startswith("AWS::")
        }
        first = resource.get("DependsOn") or []
        first = [first] if isinstance(first, str) else first
        unresolved = sorted((named - known) | (set(first) - set(resources)))
        if unresolved:
            raise validation(
                f"Template format error: Unresolved resource dependencies "
                f"[{', '.join(unresolved)}] in the Resources block of the template"
            )
        needs[name] = (named & set(resources)) | set(first)
    ordered(needs)
    return needs


def ordered(needs):
    """The resources, each after those it needs; a refusal of circles."""
    left, order = dict(needs), []
    while left:
        free = [name for name, first in left.items() if not first & set(left)]
        if not free:
            raise validation(f"Circular dependency between resources: [{', '.join(sorted(left))}]")
        for name in free:
            del left[name]
        order += free
    return order


class Scope:
    """What a template's values are resolved against: parameters, pseudo parameters, resources made."""

    def __init__(self, template, values, pseudo):
        self.template = template
        self.values = {**values, **pseudo}
        self.made = {}

    def condition(self, name):
        return bool(self.resolve(self.template.get("Conditions", {})[name]))

    def reference(self, name):
        if name in self.made:
            return self.made[name].physical_id
        return self.values[name]

    def resolve(self, value):
        """The value with every intrinsic function carried out; members that are AWS::NoValue are gone."""
        if isinstance(value, list):
            items = [self.resolve(item) for item in value]
            return [item for item in items if item is not None]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((name, argument),) = value.items()
            if name in _FUNCTIONS:
                return _FUNCTIONS[name](self, argument)
        resolved = {key: self.resolve(item) for key, item in value.items()}
        return {key: item for key, item in resolved.items() if item is not None}


def _pair(argument):
    return argument.split(".", 1) if isinstance(argument, str) else argument


def _sub_parts(argument):
    return (argument, {}) if isinstance(argument, str) else argument


def _get_att(scope, argument):
    name, attribute = _pair(argument)
    return scope.made[name].attributes[attribute]


def _sub(scope, argument):
    text, known = _sub_parts(argument)

    def one(match):
        name = match.group(1)
        if name in known:
            return str(scope.resolve(known[name]))
        return str(_get_att(scope, name) if "." in name else scope.reference(name))

    return _SUB.sub(one, text).replace("${!", "${")


def _join(scope, argument):
    return argument[0].join(str(item) for item in scope.resolve(argument[1]))


def _if(scope, argument):
    return scope.resolve(argument[1] if scope.condition(argument[0]) else argument[2])


_FUNCTIONS = {
    "Ref": lambda scope, argument: None if argument == "AWS::NoValue" else scope.reference(argument),
    "Fn::GetAtt": _get_att,
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::If": _if,
    "Fn::Split": lambda scope, argument: str(scope.resolve(argument[1])).split(argument[0]),
    "Fn::Select": lambda scope, argument: scope.resolve(argument[1])[int(scope.resolve(argument[0]))],
    "Fn::Equals": lambda scope, argument: scope.resolve(argument[0]) == scope.resolve(argument[1]),
    "Fn::Not": lambda scope, argument: not scope.resolve(argument[0]),
    "Fn::And": lambda scope, argument: all(scope.resolve(argument)),
    "Fn::Or": lambda scope, argument: any(scope.resolve(argument)),
    "Condition": lambda scope, argument: scope.condition(argument),
}
