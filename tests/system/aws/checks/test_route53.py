"""Route 53: batches, exact deletion, changes that take time, listings in pages."""

from .rig import Check

NAME = "webapi.example.com"


def record(identifier, weight, value="a.example.org", **more):
    return {
        "Name": NAME,
        "Type": "CNAME",
        "SetIdentifier": identifier,
        "Weight": weight,
        "TTL": 60,
        "ResourceRecords": [{"Value": value}],
        **more,
    }


class Route53(Check):
    def setUp(self):
        super().setUp()
        self.zone = self.ground["zones"]["example.com"]

    def change(self, *changes):
        batch = {"Changes": [{"Action": action, "ResourceRecordSet": each} for action, each in changes]}
        return self.aws("route53").change_resource_record_sets(HostedZoneId=self.zone, ChangeBatch=batch)[
            "ChangeInfo"
        ]

    def refusal(self, *changes):
        with self.assertRaises(self.aws("route53").exceptions.InvalidChangeBatch) as caught:
            self.change(*changes)
        return caught.exception.response["Error"]["Message"]

    def weights(self):
        found = self.aws("route53").list_resource_record_sets(HostedZoneId=self.zone)["ResourceRecordSets"]
        return {each["SetIdentifier"]: each["Weight"] for each in found if "SetIdentifier" in each}

    def test_a_deletion_needs_every_value(self):
        self.change(("CREATE", record("1", 100)), ("CREATE", record("2", 0)))
        told = "resource record set [name='webapi.example.com.', type='CNAME', set identifier='2']"
        for wrong in ({"Weight": 1}, {"TTL": 61}, {"ResourceRecords": [{"Value": "b.example.org"}]}):
            self.assertEqual(
                self.refusal(("DELETE", {**record("2", 0), **wrong})),
                f"[Tried to delete {told} but the values provided do not match the current values]",
            )
        self.assertIn("but it was not found", self.refusal(("DELETE", record("3", 0))))
        self.change(("DELETE", record("2", 0)))
        self.assertEqual(self.weights(), {"1": 100})

    def test_a_batch_is_done_whole_or_not_at_all(self):
        self.change(("CREATE", record("1", 100)), ("CREATE", record("2", 0)))
        self.assertIn(
            "but it already exists",
            self.refusal(
                ("DELETE", record("1", 100)), ("CREATE", record("1", 90)), ("CREATE", record("2", 10))
            ),
        )
        self.assertEqual(self.weights(), {"1": 100, "2": 0})
        self.change(
            ("DELETE", record("1", 100)),
            ("CREATE", record("1", 90)),
            ("DELETE", record("2", 0)),
            ("CREATE", record("2", 10)),
        )
        self.assertEqual(self.weights(), {"1": 90, "2": 10})
        journal = self.get("weights")
        self.assertEqual([each["weights"] for each in journal], [{"1": 100, "2": 0}, {"1": 90, "2": 10}])
        self.assertEqual({each["name"] for each in journal}, {NAME + "."})

    def test_records_that_cannot_stand_together_are_refused(self):
        self.change(("CREATE", record("1", 100)))
        plain = {"Name": NAME, "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]}
        self.assertIn(
            "because a conflicting RRSet of type CNAME", self.refusal(("CREATE", {**plain, "Type": "A"}))
        )
        self.assertIn(
            "cannot be created as other RRSets exist", self.refusal(("CREATE", {**plain, "Type": "CNAME"}))
        )
        self.assertIn(
            "is not permitted at apex",
            self.refusal(("CREATE", {**plain, "Name": "example.com", "Type": "CNAME"})),
        )
        self.assertIn(
            "is not permitted in zone example.com.",
            self.refusal(("CREATE", {**plain, "Name": "a.example.org", "Type": "A"})),
        )

    def test_a_change_is_pending_for_its_time(self):
        self.post("settings", {"insync_s": 600})
        change = self.change(("CREATE", record("1", 100)))
        status = lambda: self.aws("route53").get_change(Id=change["Id"])["ChangeInfo"]["Status"]
        self.assertEqual((change["Status"], status()), ("PENDING", "PENDING"))
        self.later(600)
        self.assertEqual(status(), "INSYNC")

    def test_the_rate_is_limited_where_a_test_wants_it(self):
        self.post("settings", {"route53_per_s": 5})
        for _ in range(5):
            self.weights()
        self.assertEqual(self.refused("Throttling", self.weights), "Rate exceeded")
        self.later(2)
        self.weights()

    def test_listings_come_in_pages_and_begin_where_asked(self):
        self.change(*[("CREATE", record(str(number), number)) for number in range(7)])
        self.post("settings", {"page_size": 2})
        pages = list(
            self.aws("route53").get_paginator("list_resource_record_sets").paginate(HostedZoneId=self.zone)
        )
        found = [each.get("SetIdentifier") for page in pages for each in page["ResourceRecordSets"]]
        self.assertEqual((len(pages), found), (5, [None, None, *map(str, range(7))]))
        begun = self.aws("route53").list_resource_record_sets(
            HostedZoneId=self.zone, StartRecordName=NAME, StartRecordType="CNAME", StartRecordIdentifier="5"
        )["ResourceRecordSets"]
        self.assertEqual([each["SetIdentifier"] for each in begun], ["5", "6"])
        for number in range(3):
            self.aws("route53").create_hosted_zone(Name=f"z{number}.org", CallerReference=str(number))
        zones = self.aws("route53").get_paginator("list_hosted_zones").paginate().build_full_result()
        self.assertEqual(len(zones["HostedZones"]), 4)
