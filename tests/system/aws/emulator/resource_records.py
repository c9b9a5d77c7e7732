"""Weighted records, as resources of a stack."""

from . import wire
from .errors import AwsError
from .resource import Made, to_api


def zone_of(context, properties):
    if properties.get("HostedZoneId"):
        return properties["HostedZoneId"]
    wanted = properties["HostedZoneName"]
    zones = context.call("route53", "ListHostedZones")["HostedZones"]
    found = [zone["Id"] for zone in zones if zone["Name"] == wanted]
    if len(found) != 1:
        raise AwsError(
            "InvalidRequest",
            (
                f"No hosted zones named {wanted} found"
                if not found
                else f"Multiple hosted zones named {wanted} found"
            ),
        )
    return found[0]


def record_sets(properties):
    """The records of a RecordSetGroup or of a RecordSet, as Route 53's API takes them."""
    records = properties.get("RecordSets") or [
        {
            key: value
            for key, value in properties.items()
            if key not in ("HostedZoneId", "HostedZoneName", "Comment")
        }
    ]
    shape = wire.model("route53", "ChangeResourceRecordSets").service_model.shape_for("ResourceRecordSet")
    return [to_api(with_values(record), shape) for record in records]


def with_values(record):
    """Templates list plain values where the API takes structures."""
    if "ResourceRecords" not in record:
        return record
    return {**record, "ResourceRecords": [{"Value": value} for value in record["ResourceRecords"]]}


def change_records(context, zone, action, records):
    changes = [{"Action": action, "ResourceRecordSet": record} for record in records]
    context.call("route53", "ChangeResourceRecordSets", HostedZoneId=zone, ChangeBatch={"Changes": changes})


def records(context, properties):
    records = record_sets(properties)
    change_records(context, zone_of(context, properties), "CREATE", records)
    single = "RecordSets" not in properties
    return Made(records[0]["Name"] if single else context.name())


def delete_records(context, made):
    """A record that is no longer as the template said stays, and the deletion succeeds all the same."""
    zone = zone_of(context, made.properties)
    for record in record_sets(made.properties):
        try:
            change_records(context, zone, "DELETE", [record])
        except AwsError as error:
            if error.code != "InvalidChangeBatch":
                raise
