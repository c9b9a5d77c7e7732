"""The predecessor deploys twice and takes its service away: what it meets here is what it met on AWS."""

import os
import pathlib
import subprocess
import sys
import tempfile

from . import rig
from .rig import Check

SCRIPT = pathlib.Path(__file__).with_name("predecessor.py")
FILE = """
canary:
  group: private
  releases: {{blue: 1, green: 2}}
  scale: {{desired: 2, wait: 60}}
  strategy: [{{weight: 10, wait: 70}}, {{weight: 60, wait: 50}}]
  sns_topic_notifications: {{on_success: "{topic}", on_fail: "{topic}"}}
service:
  project: demo
  name: webapi
  version: {version}
  fqdn: webapi.example.com
  containers: [{{cpu: 128, memory: 256, port_mappings: [{{container_port: 8080, host_port: 0}}]}}]
target_groups: [{{container: {{port: 8080}}, health_check: {{path: /health}}}}]
listeners: [{{port: 8080, target_group: {{container: {{port: 8080}}}}}}]
"""


class Predecessor(Check):
    wanted = {"topics": ["told"]}

    def setUp(self):
        super().setUp()
        # It reads the table that it has just made without waiting for it.
        self.post("settings", {"table_create_s": 0})

    def run_it(self, action, version):
        environment = {
            **os.environ,
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{rig.port()}",
            "AWS_ACCESS_KEY_ID": f"AKIA{self.account}TEST",
            "AWS_SECRET_ACCESS_KEY": "any",
            "AWS_DEFAULT_REGION": rig.REGION,
        }
        with tempfile.TemporaryDirectory() as folder:  # it leaves a cache where it runs
            file = pathlib.Path(folder, "deploy.yml")
            file.write_text(FILE.format(version=version, topic=self.ground["topics"]["told"]))
            clock = f"http://127.0.0.1:{rig.port()}/_test/clock?account={self.account}"
            command = [sys.executable, SCRIPT, clock, action, "-e", "stage", "-r", rig.REGION, "-f", file]
            ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
        self.assertEqual(ran.returncode, 0, ran.stdout[-2000:] + ran.stderr[-2000:])

    def stacks(self):
        return {
            each["StackName"]
            for each in self.aws("cloudformation").list_stacks()["StackSummaries"]
            if each["StackStatus"] == "CREATE_COMPLETE"
        }

    def test_it_deploys_twice_and_undeploys(self):
        self.run_it("deploy", "1.0.0")
        self.assertEqual(self.stacks(), {"stage-webapi-0", "stage-webapi-1"})
        self.run_it("deploy", "1.1.0")
        self.assertEqual(self.stacks(), {"stage-webapi-0", "stage-webapi-2"})
        greens = [each["weights"]["2"] for each in self.get("weights")]
        # Its init stack names the balancers the wrong way round; its first weight write puts that right.
        self.assertEqual(greens, [0, 0, 10, 60, 100])
        self.assertEqual(
            [each["subject"] for each in self.get("messages")],
            ["[SUCCESS] deploy - webapi", "[SUCCESS] deploy - webapi"],
        )
        self.run_it("undeploy", "1.1.0")
        self.assertEqual(self.stacks(), set())

    def test_it_goes_on_from_a_service_made_live(self):
        self.post("live")
        self.run_it("deploy", "1.1.0")
        self.assertEqual(self.stacks(), {"stage-webapi-0", "stage-webapi-2"})
        self.assertEqual([each["weights"]["2"] for each in self.get("weights")], [0, 10, 60, 100])
