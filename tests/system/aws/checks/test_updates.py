"""CloudFormation: updates of a stack, and how they fail."""

import json

from . import templates
from .stack_check import NAMED, StackCheck

UNAVAILABLE = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503"}}
STACK = templates.STACK


class Updates(StackCheck):
    def setUp(self):
        super().setUp()
        self.stack_id = self.create(templates.green(self.ground), Tags=[{"Key": "Version", "Value": "1"}])
        self.later(30)
        self.body = json.loads(templates.green(self.ground))
        self.resources = self.body["Resources"]
        self.seen = len(self.events(STACK))

    def update(self, **more):
        body = {} if "UsePreviousTemplate" in more else {"TemplateBody": json.dumps(self.body)}
        return self.stacks.update_stack(StackName=STACK, Capabilities=NAMED, **body, **more)["StackId"]

    def new_events(self):
        """[(logical id, status)] since the stack was made."""
        return [(name, status) for name, status, _ in self.events(STACK)[self.seen :]]

    def described(self):
        return self.stacks.describe_stacks(StackName=STACK)["Stacks"][0]

    def actions(self):
        found = self.aws("elbv2").describe_listeners(ListenerArns=[self.listener()])["Listeners"][0]
        return [each["Type"] for each in found["DefaultActions"]]

    def tags(self, arn):
        found = self.aws("elbv2").describe_tags(ResourceArns=[arn])["TagDescriptions"][0]["Tags"]
        return {tag["Key"]: tag["Value"] for tag in found}

    def test_what_differs_is_changed_in_place_what_is_new_made_what_is_gone_deleted_last(self):
        listener, before = self.listener(), self.everything()
        self.resources["Listener"]["Properties"]["DefaultActions"] = [UNAVAILABLE]
        self.resources["Logs"] = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "new"}}
        del self.resources["Rule"]
        self.assertEqual(self.update(), self.stack_id)
        self.assertEqual(self.status(STACK), "UPDATE_IN_PROGRESS")
        self.later(30)
        self.assertEqual(self.status(STACK), "UPDATE_COMPLETE")
        self.assertEqual(
            self.new_events(),
            [
                (STACK, "UPDATE_IN_PROGRESS"),
                ("Listener", "UPDATE_IN_PROGRESS"),
                ("Logs", "CREATE_IN_PROGRESS"),
                ("Listener", "UPDATE_COMPLETE"),
                ("Logs", "CREATE_COMPLETE"),
                (STACK, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"),
                ("Rule", "DELETE_IN_PROGRESS"),
                ("Rule", "DELETE_COMPLETE"),
                (STACK, "UPDATE_COMPLETE"),
            ],
        )
        self.assertEqual((self.listener(), self.actions()), (listener, ["fixed-response"]))
        rules = self.aws("elbv2").describe_rules(ListenerArn=listener)["Rules"]
        self.assertEqual([each["IsDefault"] for each in rules], [True])
        further = self.aws("elbv2").describe_listener_certificates(ListenerArn=listener)["Certificates"]
        self.assertEqual([each["IsDefault"] for each in further], [True, False])
        self.assertEqual(self.everything(), before)
        named = self.stacks.list_stack_resources(StackName=STACK)["StackResourceSummaries"]
        self.assertEqual({each["LogicalResourceId"] for each in named}, set(self.resources))
        body = self.stacks.get_template(StackName=STACK)["TemplateBody"]
        self.assertEqual(body["Resources"], self.resources)
        self.stacks.delete_stack(StackName=STACK)
        self.later(60)
        self.assertEqual(self.everything()["groups"], 0)

    def test_a_policy_alone_is_an_update_that_touches_nothing(self):
        self.assertEqual(self.refused("ValidationError", self.update), "No updates are to be performed.")
        self.resources["Service"]["DependsOn"] = ["Listener", "Rule"]
        self.refused("ValidationError", self.update)
        self.resources["Listener"]["DeletionPolicy"] = "Retain"
        self.resources["Listener"]["Properties"]["DefaultActions"] = [UNAVAILABLE]
        self.resources["Second"]["DeletionPolicy"] = "Retain"
        self.update()
        self.later(30)
        self.assertNotIn("Second", dict(self.new_events()))
        self.stacks.delete_stack(StackName=STACK)
        self.later(60)
        self.assertEqual(self.status(self.stack_id), "DELETE_COMPLETE")
        left = self.everything()
        self.assertEqual((left["listeners"], left["groups"], left["roles"]), (1, 0, []))
        listener = self.listener()
        further = self.aws("elbv2").describe_listener_certificates(ListenerArn=listener)["Certificates"]
        self.assertEqual(len(further), 2)

    def test_what_cannot_be_changed_in_place_is_replaced_and_those_that_name_it_follow(self):
        definition = self.service()["taskDefinition"]
        self.resources["Role"]["Properties"]["RoleName"] = "webapi-exec-next"
        self.update()
        self.later(30)
        statuses = [status for name, status in self.new_events() if name == "Role"]
        self.assertEqual(
            statuses, ["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE", "DELETE_IN_PROGRESS", "DELETE_COMPLETE"]
        )
        self.assertEqual(self.everything()["roles"], ["webapi-exec-next"])
        self.assertNotEqual(self.service()["taskDefinition"], definition)
        self.assertNotIn("Listener", dict(self.new_events()))

    def service(self, **more):
        found = self.aws("ecs").describe_services(cluster="stage-ecs-cluster", services=["webapi-2"], **more)
        return found["services"][0]

    def test_tags_of_the_stack_reach_its_resources(self):
        many = [{"Key": f"Key{number}", "Value": "some"} for number in range(40)]
        self.update(Tags=many)
        self.later(30)
        self.seen = len(self.events(STACK))
        self.update(Tags=[{"Key": "Parting", "Value": "yes"}])
        self.later(30)
        self.assertEqual(self.described()["Tags"], [{"Key": "Parting", "Value": "yes"}])
        tags = self.tags(self.listener())
        self.assertEqual((tags.get("Parting"), tags.get("Version")), ("yes", None))
        tags = {tag["key"]: tag["value"] for tag in self.service(include=["TAGS"])["tags"]}
        self.assertEqual((tags.get("Parting"), tags.get("Version")), ("yes", None))
        self.assertIn("aws:cloudformation:stack-name", tags)
        updated = {name for name, status in self.new_events() if status == "UPDATE_COMPLETE"}
        self.assertEqual(updated, {STACK, "Role", "Targets", "Listener", "Rule", "Definition", "Service"})

    def test_parameters_and_the_template_are_the_previous_ones_where_wanted(self):
        previous = {"ParameterKey": "Secret", "UsePreviousValue": True}
        refusal = lambda **more: self.refused("ValidationError", self.update, **more)
        self.assertIn("non empty", refusal(Parameters=[{**previous, "ParameterValue": "x"}]))
        self.assertIn(
            "not in the previous template", refusal(Parameters=[{**previous, "ParameterKey": "None"}])
        )
        self.assertEqual(
            refusal(UsePreviousTemplate=True, Parameters=[previous]), "No updates are to be performed."
        )
        secret = {"ParameterKey": "Secret", "ParameterValue": "new"}
        self.update(UsePreviousTemplate=True, Parameters=[secret])
        self.later(30)
        self.assertEqual(self.status(STACK), "UPDATE_COMPLETE")
        self.assertEqual(self.described()["Tags"], [{"Key": "Version", "Value": "1"}])

    def test_the_same_token_is_the_same_update(self):
        self.resources["Listener"]["DeletionPolicy"] = "Retain"
        for _ in range(2):
            self.assertEqual(self.update(ClientRequestToken="a"), self.stack_id)
        self.assertIn(
            f"Stack:{self.stack_id} is in UPDATE_IN_PROGRESS state and can not be updated.",
            self.refused("ValidationError", self.update, ClientRequestToken="b"),
        )

    def test_a_failed_update_is_rolled_back(self):
        before = self.everything()
        self.post("stacks", {"stack": STACK, "fail": {"Definition": "no such image"}})
        self.resources["Listener"]["Properties"]["DefaultActions"] = [UNAVAILABLE]
        self.resources["Logs"] = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "new"}}
        del self.resources["Rule"]
        self.resources["Definition"]["Properties"]["ContainerDefinitions"][0]["Image"] = "webapi:2"
        self.post("settings", {"stack_resource_s": 2})
        self.update(Tags=[])
        self.later(7)
        self.assertEqual(self.status(STACK), "UPDATE_ROLLBACK_IN_PROGRESS")
        self.later(30)
        self.assertEqual(self.status(STACK), "UPDATE_ROLLBACK_COMPLETE")
        self.assertIn(("Definition", "UPDATE_FAILED", "no such image"), self.events(STACK))
        self.assertIn(("Logs", "DELETE_COMPLETE"), self.new_events())
        self.assertEqual((self.everything(), self.actions()), (before, ["forward"]))
        self.assertEqual(self.described()["Tags"], [{"Key": "Version", "Value": "1"}])
        self.assertEqual(self.tags(self.listener()).get("Version"), "1")
        rules = self.aws("elbv2").describe_rules(ListenerArn=self.listener())["Rules"]
        self.assertEqual(len(rules), 2)
        self.post("stacks", {"stack": STACK})
        self.update()
        self.later(30)
        self.assertEqual(self.status(STACK), "UPDATE_COMPLETE")

    def test_what_cannot_be_deleted_after_an_update_is_left_behind(self):
        self.post("stacks", {"stack": STACK, "delete_fail": {"Rule": "in use"}})
        del self.resources["Rule"]
        self.update()
        self.later(30)
        described = self.described()
        self.assertEqual(described["StackStatus"], "UPDATE_COMPLETE")
        self.assertIn("could not be deleted", described["StackStatusReason"])
        self.assertIn(("Rule", "DELETE_FAILED", "in use"), self.events(STACK))

    def test_statuses_that_refuse(self):
        self.post("stacks", {"stack": STACK, "hang": ["Listener"]})
        self.resources["Listener"]["Properties"]["DefaultActions"] = [UNAVAILABLE]
        self.update()
        self.later(600)
        self.assertIn("UPDATE_IN_PROGRESS state and can not be updated", self._refused_update())
        self.assertIn(
            "cannot be deleted while in status UPDATE_IN_PROGRESS",
            self.refused("ValidationError", self.stacks.delete_stack, StackName=STACK),
        )
        for status in ("ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED", "DELETE_FAILED"):
            self.post("stacks", {"stack": STACK, "status": status})
            self.assertIn(f"is in {status} state", self._refused_update())
        self.stacks.delete_stack(StackName=STACK)
        self.assertIn("is in DELETE_IN_PROGRESS state", self._refused_update())

    def _refused_update(self):
        return self.refused("ValidationError", self.update)
