"""An AWS to test against: moto on a loopback port, with what moto lacks added.

    python server.py [--port N]

prints one line, `listening on PORT`, and ends when its standard input closes, so that no server
outlives the test that started it. What it answers, and how tests steer it, is in README.md.
"""

import argparse
import os
import sys
import threading

# Listing machine images takes two seconds, and nothing here starts an instance.
os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"

from emulator import app, http_server


def main():
    arguments = argparse.ArgumentParser(description="moto with what it lacks")
    arguments.add_argument("--port", type=int, default=0, help="0 takes a free one")
    port = arguments.parse_args().port
    emulator = app.Emulator()
    app.warm_up(emulator)
    server = http_server.listen(emulator, port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"listening on {server.server_port}", flush=True)
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(0)


if __name__ == "__main__":
    main()
