"""CloudFormation: making, failing, deleting, and what is left."""

import json

from . import templates
from .stack_check import StackCheck


class Stacks(StackCheck):
    def test_a_stack_is_made_in_time_in_order_and_deletion_leaves_nothing(self):
        before = self.everything()
        stack_id = self.create(templates.green(self.ground), Tags=[{"Key": "Version", "Value": "1"}])
        self.assertEqual(self.status(templates.STACK), "CREATE_IN_PROGRESS")
        self.later(30)
        self.assertEqual(self.status(templates.STACK), "CREATE_COMPLETE")
        events = [(name, status) for name, status, _ in self.events(templates.STACK)]
        self.assertLess(
            events.index(("Listener", "CREATE_COMPLETE")), events.index(("Service", "CREATE_IN_PROGRESS"))
        )
        made = self.everything()
        self.assertEqual(
            made,
            {
                "services": ["webapi-2"],
                "definitions": 1,
                "groups": 1,
                "listeners": 1,
                "targets": 1,
                "policies": 1,
                "alarms": 1,
                "roles": ["webapi-exec-2"],
            },
        )
        described = self.stacks.describe_stacks(StackName=templates.STACK)["Stacks"][0]
        self.assertEqual(described["Parameters"], [{"ParameterKey": "Secret", "ParameterValue": "****"}])
        self.assertIn(":service/stage-ecs-cluster/webapi-2", described["Outputs"][0]["OutputValue"])
        listener = self.listener()
        certificates = self.aws("elbv2").describe_listener_certificates(ListenerArn=listener)["Certificates"]
        self.assertEqual([each["IsDefault"] for each in certificates], [True, False])
        self.stacks.delete_stack(StackName=templates.STACK)
        self.later(60)
        self.assertEqual(self.everything(), before)
        self.assertIn("does not exist", self.refused("ValidationError", self.status, name=templates.STACK))
        self.assertEqual(self.status(stack_id), "DELETE_COMPLETE")

    def test_a_failing_resource_takes_the_stack_down_with_its_reason(self):
        self.post("stacks", {"stack": templates.STACK, "fail": {"Service": "No capacity"}})
        for on_failure, end in (("DELETE", "DELETE_COMPLETE"), ("ROLLBACK", "ROLLBACK_COMPLETE")):
            stack_id = self.create(templates.green(self.ground), OnFailure=on_failure)
            self.later(60)
            self.assertEqual(self.status(stack_id), end)
            self.assertIn(("Service", "CREATE_FAILED", "No capacity"), self.events(stack_id))
            self.assertEqual(self.everything()["groups"], 0)
        self.refused("AlreadyExistsException", self.create, body=templates.green(self.ground))

    def test_a_real_refusal_fails_the_resource_and_cancels_the_others(self):
        self.aws("elbv2").create_listener(
            LoadBalancerArn=self.ground["balancers"][1]["arn"],
            Port=443,
            Protocol="HTTP",
            DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503"}}],
        )
        self.post("stacks", {"stack": templates.STACK, "hang": ["Definition"]})
        stack_id = self.create(templates.green(self.ground), OnFailure="DELETE")
        self.later(60)
        failures = [each for each in self.events(stack_id) if each[1] == "CREATE_FAILED"]
        self.assertEqual(failures[0][0], "Listener")
        self.assertIn("A listener already exists on this port", failures[0][2])
        self.assertEqual({reason for _, _, reason in failures[1:]}, {"Resource creation cancelled"})

    def test_the_same_token_adopts_another_collides(self):
        first = self.create(templates.green(self.ground), ClientRequestToken="a")
        self.assertEqual(self.create(templates.green(self.ground), ClientRequestToken="a"), first)
        self.refused(
            "AlreadyExistsException", self.create, body=templates.green(self.ground), ClientRequestToken="b"
        )

    def test_a_deletion_can_fail_and_be_tried_again(self):
        self.create(templates.green(self.ground))
        self.later(30)
        self.post("stacks", {"stack": templates.STACK, "delete_fail": {"Targets": "in use"}})
        self.stacks.delete_stack(StackName=templates.STACK)
        self.later(60)
        self.assertEqual(self.status(templates.STACK), "DELETE_FAILED")
        self.assertIn(("Targets", "DELETE_FAILED", "in use"), self.events(templates.STACK))
        retain = {"StackName": templates.STACK, "RetainResources": ["Service", "Targets"]}
        self.assertIn(
            "in the DELETE_COMPLETE state",
            self.refused("ValidationError", self.stacks.delete_stack, **retain),
        )
        self.post("stacks", {"stack": templates.STACK})
        self.stacks.delete_stack(StackName=templates.STACK)
        self.later(60)
        self.refused("ValidationError", self.status, name=templates.STACK)

    def test_what_is_retained_stays(self):
        body = json.loads(templates.green(self.ground))
        for name in ("Listener", "Targets"):
            body["Resources"][name]["DeletionPolicy"] = "Retain"
        self.create(json.dumps(body))
        self.later(30)
        stack_id = self.stacks.describe_stacks(StackName=templates.STACK)["Stacks"][0]["StackId"]
        self.stacks.delete_stack(StackName=templates.STACK)
        self.later(60)
        self.assertEqual(self.status(stack_id), "DELETE_COMPLETE")
        self.assertIn(("Listener", "DELETE_SKIPPED", None), self.events(stack_id))
        self.assertEqual(self.everything()["listeners"], 1)

    def test_records_whose_weight_changed_stay_and_the_deletion_succeeds(self):
        self.create(templates.init(self.ground), templates.INIT)
        self.later(30)
        zone = self.ground["zones"]["example.com"]
        records = self._weighted(zone)
        self.aws("route53").change_resource_record_sets(
            HostedZoneId=zone,
            ChangeBatch={
                "Changes": [{"Action": "UPSERT", "ResourceRecordSet": {**records[0], "Weight": 90}}]
            },
        )
        stack_id = self.stacks.describe_stacks(StackName=templates.INIT)["Stacks"][0]["StackId"]
        self.stacks.delete_stack(StackName=templates.INIT)
        self.later(30)
        self.assertEqual(self.status(stack_id), "DELETE_COMPLETE")
        self.assertEqual([each["Weight"] for each in self._weighted(zone)], [90])

    def _weighted(self, zone):
        found = self.aws("route53").list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
        return [each for each in found if "SetIdentifier" in each]

    def test_a_listener_takes_the_rules_of_others_with_it(self):
        self.create(templates.green(self.ground))
        self.later(30)
        elb = self.aws("elbv2")
        group = elb.create_target_group(
            Name="foreign", Port=80, Protocol="HTTP", VpcId=self.ground["vpc_id"]
        )["TargetGroups"][0]["TargetGroupArn"]
        rule = elb.create_rule(
            ListenerArn=self.listener(),
            Priority=20,
            Conditions=[{"Field": "path-pattern", "Values": ["/other"]}],
            Actions=[{"Type": "forward", "TargetGroupArn": group}],
        )["Rules"][0]["RuleArn"]
        self.stacks.delete_stack(StackName=templates.STACK)
        self.later(60)
        self.refused("ValidationError", self.status, name=templates.STACK)
        self.refused("RuleNotFound", elb.describe_rules, RuleArns=[rule])
        left = elb.describe_target_groups()["TargetGroups"]
        self.assertEqual(
            [(each["TargetGroupName"], each["LoadBalancerArns"]) for each in left], [("foreign", [])]
        )

    def test_bad_templates_are_refused_before_anything_is_made(self):
        body = templates.green(self.ground)
        self.refused(
            "InsufficientCapabilitiesException", self.stacks.create_stack, StackName="a", TemplateBody=body
        )
        unresolved = body.replace('{"Ref": "Definition"}', '{"Ref": "Nothing"}')
        self.assertIn(
            "Unresolved resource dependencies [Nothing]",
            self.refused("ValidationError", self.create, body=unresolved),
        )
        self.refused("ValidationError", self.create, body=body + " " * 51_200)
        self.assertEqual(self.stacks.list_stacks()["StackSummaries"], [])

    def test_an_unknown_property_fails_its_resource(self):
        body = templates.green(self.ground).replace('"HealthCheckPath"', '"HealthPath"')
        stack_id = self.create(body)
        self.later(30)
        reasons = [reason for _, status, reason in self.events(stack_id) if status == "CREATE_FAILED"]
        self.assertIn("extraneous key [HealthPath]", reasons[0])

    def test_a_protected_stack_is_not_deleted(self):
        self.create(templates.init(self.ground), templates.INIT, EnableTerminationProtection=True)
        self.later(30)
        self.assertIn(
            "TerminationProtection",
            self.refused("ValidationError", self.stacks.delete_stack, StackName=templates.INIT),
        )
