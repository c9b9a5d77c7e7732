"""Runs ecs-crd-cli 1.2.0 against the emulator: `python predecessor.py SPEED deploy -e stage -r … -f FILE`.

Its sleeps are divided by SPEED, which should be the speed of the emulator's clock, and it is told an external
address instead of asking a third party. Install it with `pip install --no-deps ecs-crd-cli==1.2.0`.
"""

import io
import sys
import time
import urllib.request

from ecs_crd.cli import main

speed, sleep = float(sys.argv.pop(1)), time.sleep
time.sleep = lambda seconds: sleep(seconds / speed)
urllib.request.urlopen = lambda *_, **__: io.BytesIO(b'{"ip": "192.0.2.1"}')
main()
