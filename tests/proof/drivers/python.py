# The driver for Python as a client that writes all the time; node.ts beside it says how it is told what to do.
import json
import os
import sys
import threading
import time

import pymongo
from pymongo.errors import OperationFailure

PAUSE_S = 0.04
writers = {}
lock = threading.Lock()


def say(**line):
    with lock:
        print(json.dumps(line), flush=True)


def is_refusal(error):
    # AuthenticationFailed; or MechanismUnavailable, which a driver meets that took the older mechanism because the server
    # knows no such user.
    return isinstance(error, OperationFailure) and error.code in (18, 334)


class Writer:
    def __init__(self, name):
        self.name = name
        self.turn = 0
        self.given = None
        self.going = True

    def give(self, uri):
        self.given = uri

    def loop(self):
        client = None
        number = 0
        while self.going:
            uri, self.given = self.given, None
            if uri is not None:
                before, client = client, pymongo.MongoClient(uri)
                self.turn += 1
                if before is not None:
                    before.close()
            try:
                documents = client.get_default_database()[self.name].with_options(
                    write_concern=pymongo.WriteConcern(w="majority")
                )
                documents.insert_one({"_id": number})
                say(name=self.name, wrote=number)
            except Exception as error:
                say(name=self.name, turn=self.turn, failed=repr(error), refused=is_refusal(error))
            number += 1
            time.sleep(PAUSE_S)
        client.close()
        say(name=self.name, ended=True)


def try_it(name, uri):
    client = pymongo.MongoClient(uri)
    try:
        client.admin.command("ping")
        say(name=name, tried="accepted")
    except Exception as error:
        say(name=name, tried="refused" if is_refusal(error) else repr(error))
    finally:
        client.close()


for line in sys.stdin:
    command = json.loads(line)
    name = command["name"]
    if command["do"] == "write":
        if name in writers:
            writers[name].give(command["uri"])
        else:
            writers[name] = Writer(name)
            writers[name].give(command["uri"])
            threading.Thread(target=writers[name].loop, daemon=True).start()
    elif command["do"] == "try":
        threading.Thread(target=try_it, args=(name, command["uri"]), daemon=True).start()
    elif name in writers:
        writers[name].going = False
# Some thread may still wait for a server that has gone.
os._exit(0)
