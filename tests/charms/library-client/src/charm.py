#!/usr/bin/env python3
"""Asks for databases by way of the library, and writes a line for each event that the library emits.

The lines go to a file for each unit, in the folder that the charm's file `events-folder` names.
"""

import json
import pathlib

import ops
from dpcharmlibs import interfaces


class Client(ops.CharmBase):
    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        names = str(self.config["databases"]).split(",")
        # The library asks for nothing in particular with None.
        roles = [None] * (len(names) - 1) + [str(self.config["extra-user-roles"]) or None]
        requests = [
            # The tests log in as this client from where they run, which is not its machine.
            interfaces.RequirerCommonModel(resource=name, extra_user_roles=role, external_node_connectivity=True)
            for name, role in zip(names, roles)
        ]
        self.database = interfaces.ResourceRequirerEventHandler(
            self, "database", requests, response_model=interfaces.ResourceProviderModel
        )
        on = self.database.on
        framework.observe(on.resource_created, self._created)
        framework.observe(on.authentication_updated, self._updated)
        for source in (on.status_raised, on.status_resolved):
            framework.observe(source, self._status)
        framework.observe(self.on.start, self._started)

    def _started(self, _: ops.EventBase):
        self.unit.status = ops.ActiveStatus()

    def _created(self, event: interfaces.ResourceCreatedEvent):
        self._respond(event, event.response)

    def _updated(self, event: interfaces.AuthenticationUpdatedEvent):
        # Who has several secrets is told of one, and finds the others when it looks: the library refreshes them all.
        relation = event.relation
        for response in self.database.interface.build_model(relation.id, component=relation.app).requests:
            self._respond(event, response)

    def _respond(self, event: ops.EventBase, response: interfaces.ResourceProviderModel):
        fields = ("resource", "request_id", "username", "password", "uris", "endpoints", "tls")
        values = {name: getattr(response, name) for name in fields}
        # The library keeps what is secret in a type that does not show it.
        shown = {name: value.get_secret_value() if hasattr(value, "get_secret_value") else value for name, value in values.items()}
        self._note(event, **shown)

    def _status(self, event: interfaces.StatusEventBase):
        self._note(event, **event.status.model_dump())

    def _note(self, event: ops.EventBase, **facts):
        folder = pathlib.Path("events-folder").read_text().strip()
        with pathlib.Path(folder, self.unit.name.replace("/", "-")).open("a") as file:
            file.write(json.dumps({"event": event.handle.kind, **facts}) + "\n")


if __name__ == "__main__":
    ops.main(Client)
