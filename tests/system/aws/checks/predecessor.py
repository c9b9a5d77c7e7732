"""Runs ecs-crd-cli 1.2.0 against the emulator: `python predecessor.py CLOCK deploy -e stage -r … -f FILE`.

CLOCK is the address of the account's clock: it sleeps by advancing that, so it waits for nothing. It is told
an external address instead of asking a third party. It is installed with
`pip install --no-deps ecs-crd-cli==1.2.0`.
"""

import io
import json
import sys
import time
import urllib.request

from ecs_crd.cli import main

clock, ask = sys.argv.pop(1), urllib.request.urlopen
time.sleep = lambda seconds: ask(clock, json.dumps({"advance": seconds}).encode()).close()
urllib.request.urlopen = lambda *_, **__: io.BytesIO(b'{"ip": "192.0.2.1"}')
main()
