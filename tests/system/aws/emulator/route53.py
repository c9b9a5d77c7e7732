"""Route 53's records: batches all or nothing, exact deletion, changes that take time.

https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html: a DELETE must
give every value of the record as it stands; a batch that has one bad change does nothing; the messages
are those Route 53 answers with. Zones themselves stay moto's.
"""

import secrets

from .calls import Call, operation
from .clock import moment
from .errors import AwsError

_PAGE = 300


class Zones:
    """The records of each zone, the changes, and the journal of weights."""

    def __init__(self, account, _region):
        self.account = account
        self.records = {}
        self.changes = {}
        self.weights = []

    def of(self, zone_id):
        """The records of a zone; at first the NS and SOA that moto made with it."""
        zone_id = zone_id.rsplit("/", 1)[-1]
        if zone_id not in self.records:
            self.records[zone_id] = [
                dict(record, Name=normal(record["Name"])) for record in self._moto_records(zone_id)
            ]
        return self.records[zone_id]

    def _moto_records(self, zone_id):
        call = Call(self.account, "route53", "ListResourceRecordSets", "us-east-1", {"HostedZoneId": zone_id})
        return call.moto()["ResourceRecordSets"]

    def weight_history(self, name):
        """[(instant, [record, …]), …] of a name: what its weighted records were from each instant on."""
        return [(entry["at"], entry["records"]) for entry in self.weights if entry["name"] == normal(name)]


def normal(name):
    """A name as Route 53 gives it back: lower case, a dot at the end, `*` as octal."""
    return name.lower().rstrip(".").replace("*", "\\052") + "."


def _identity(record):
    return record["Name"], record["Type"], record.get("SetIdentifier")


def _told(record):
    """A record as Route 53 names it in its messages."""
    identifier = record.get("SetIdentifier")
    last = f", set identifier='{identifier}'" if identifier else ""
    return f"resource record set [name='{record['Name']}', type='{record['Type']}'{last}]"


def _values(record):
    """What has to be equal for a DELETE."""
    left = {key: value for key, value in record.items() if value not in (None, [], {})}
    for key in ("TTL", "Weight"):
        if key in left:
            left[key] = int(left[key])
    left["ResourceRecords"] = sorted(entry["Value"] for entry in record.get("ResourceRecords") or [])
    return left


def _sort_key(record):
    """Listings are ordered by the labels of the name from the right, then type, then identifier."""
    labels = record["Name"].rstrip(".").split(".")[::-1]
    return labels, record["Type"], record.get("SetIdentifier") or ""


def _place(zone_name, records, new):
    """Why a record may not be put beside the others, or nothing."""
    name, kind = new["Name"], new["Type"]
    told = f"RRSet of type {kind} with DNS name {name} is not permitted"
    if name != zone_name and not name.endswith("." + zone_name):
        return f"RRSet with DNS name {name} is not permitted in zone {zone_name}"
    if kind == "CNAME" and name == zone_name:
        return f"{told} at apex in zone {zone_name}"
    same = [record for record in records if record["Name"] == name]
    if kind == "CNAME" and any(record["Type"] != "CNAME" for record in same):
        return f"{told} as it conflicts with other records with the same DNS name in zone {zone_name}"
    if kind != "CNAME" and any(record["Type"] == "CNAME" for record in same):
        return (
            f"{told} because a conflicting RRSet of type CNAME with the same DNS name already exists "
            f"in zone {zone_name}"
        )
    identifier = new.get("SetIdentifier")
    if any(
        record["Type"] == kind and bool(record.get("SetIdentifier")) != bool(identifier) for record in same
    ):
        its = f", SetIdentifier {identifier}" if identifier else ""
        return (
            f"RRSet with DNS name {name}, type {kind}{its} cannot be created as other RRSets exist with the "
            "same name and type."
        )
    return None


def _apply(zone_name, records, action, new):
    """Does one change to `records`; a sentence if it cannot be done."""
    old = next((record for record in records if _identity(record) == _identity(new)), None)
    if action == "DELETE":
        if old is None:
            return f"Tried to delete {_told(new)} but it was not found"
        if _values(old) != _values(new):
            return f"Tried to delete {_told(new)} but the values provided do not match the current values"
        records.remove(old)
        return None
    if action == "CREATE" and old is not None:
        return f"Tried to create {_told(new)} but it already exists"
    if old is not None:
        records.remove(old)
    refused = _place(zone_name, records, new)
    if refused is None:
        records.append(new)
    return refused


def _checked(record):
    """A record of a request, normal, or the refusal of one that makes no sense by itself."""
    record = dict(record, Name=normal(record["Name"]))
    if record.get("Weight") is not None and not 0 <= int(record["Weight"]) <= 255:
        raise AwsError(
            "InvalidInput",
            "1 validation error detected: Value at 'weight' failed to satisfy "
            "constraint: Member must have value less than or equal to 255",
        )
    if record.get("Weight") is not None and not record.get("SetIdentifier"):
        raise AwsError(
            "InvalidInput",
            "Invalid request: Missing field 'SetIdentifier' in Change with "
            f"[Name={record['Name']}, Type={record['Type']}, SetIdentifier=null]",
        )
    for key in ("TTL", "Weight"):
        if record.get(key) is not None:
            record[key] = int(record[key])
    return record


@operation("route53", "ChangeResourceRecordSets")
def change(call):
    zones = call.account.state(Zones)
    zone_id = call.parameters["HostedZoneId"].rsplit("/", 1)[-1]
    zone = call.account.call("route53", "GetHostedZone", "us-east-1", Id=zone_id)["HostedZone"]
    before = zones.of(zone_id)
    after = list(before)
    refusals = []
    for change_ in call.parameters["ChangeBatch"]["Changes"]:
        refused = _apply(
            normal(zone["Name"]), after, change_["Action"], _checked(change_["ResourceRecordSet"])
        )
        refusals += [refused] if refused else []
    if refusals:
        raise AwsError("InvalidChangeBatch", f"[{', '.join(refusals)}]")
    zones.records[zone_id] = sorted(after, key=_sort_key)
    change_id = "C" + secrets.token_hex(10).upper()
    zones.changes[change_id] = call.account.now()
    _remember(zones, call, change_id, before, after)
    return {"ChangeInfo": _info(call.account, zones, change_id)}


def _remember(zones, call, change_id, before, after):
    """Writes down the weighted records of each name that the batch touched."""
    for name in sorted({record["Name"] for record in before + after if record.get("Weight") is not None}):
        old = [record for record in before if record["Name"] == name]
        new = [record for record in after if record["Name"] == name]
        if [_values(record) for record in old] == [_values(record) for record in new]:
            continue
        zones.weights.append(
            {
                "at": call.account.now(),
                "name": name,
                "change": change_id,
                "access_key": call.access_key,
                "weights": {
                    record["SetIdentifier"]: record.get("Weight")
                    for record in new
                    if record.get("SetIdentifier")
                },
                "records": new,
            }
        )


def _info(account, zones, change_id):
    at = zones.changes[change_id]
    pending = account.now() < at + account.settings["insync_s"]
    return {
        "Id": f"/change/{change_id}",
        "Status": "PENDING" if pending else "INSYNC",
        "SubmittedAt": moment(at),
    }


@operation("route53", "GetChange")
def get_change(call):
    zones = call.account.state(Zones)
    change_id = call.parameters["Id"].rsplit("/", 1)[-1]
    if change_id not in zones.changes:
        raise AwsError("NoSuchChange", f"Could not find resource with ID: {change_id}", 404)
    return {"ChangeInfo": _info(call.account, zones, change_id)}


@operation("route53", "ListResourceRecordSets")
def list_records(call):
    asked = call.parameters
    call.account.call("route53", "GetHostedZone", "us-east-1", Id=asked["HostedZoneId"])
    records = sorted(call.account.state(Zones).of(asked["HostedZoneId"]), key=_sort_key)
    if asked.get("StartRecordName"):
        start = _sort_key(
            {
                "Name": normal(asked["StartRecordName"]),
                "Type": asked.get("StartRecordType") or "",
                "SetIdentifier": asked.get("StartRecordIdentifier"),
            }
        )
        records = [record for record in records if _sort_key(record) >= start]
    size = min(int(asked.get("MaxItems") or _PAGE), call.account.settings["page_size"] or _PAGE)
    result = {"ResourceRecordSets": records[:size], "IsTruncated": len(records) > size, "MaxItems": str(size)}
    if len(records) > size:
        following = records[size]
        result.update(NextRecordName=following["Name"], NextRecordType=following["Type"])
        if following.get("SetIdentifier"):
            result["NextRecordIdentifier"] = following["SetIdentifier"]
    return result


@operation("route53", "DeleteHostedZone")
def delete_zone(call):
    zones = call.account.state(Zones)
    if any(record["Type"] not in ("NS", "SOA") for record in zones.of(call.parameters["Id"])):
        raise AwsError(
            "HostedZoneNotEmpty",
            "The specified hosted zone contains non-required resource "
            "record sets and so cannot be deleted.",
        )
    return call.moto()
