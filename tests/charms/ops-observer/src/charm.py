#!/usr/bin/env python3
"""Writes a line for each event that ops hands to it, and uses ops the way charms do.

The lines go to a file for each unit, in the folder that the charm's file `events-folder` names.
"""

import json
import os
import pathlib

import ops

PASSWORD = "first-password"


class Observer(ops.CharmBase):
    _stored = ops.StoredState()

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        self._stored.set_default(events=0)
        on = self.on
        for source in (on.install, on.start, on.update_status, on.upgrade_charm, on.stop, on.remove):
            framework.observe(source, self._note)
        framework.observe(on.config_changed, self._config_changed)
        framework.observe(on.leader_elected, self._note)
        for endpoint in ("cluster", "database", "db"):
            for event in ("joined", "departed", "broken"):
                framework.observe(getattr(on[endpoint], f"relation_{event}"), self._note)
            framework.observe(on[endpoint].relation_created, self._relation_created)
            framework.observe(on[endpoint].relation_changed, self._relation_changed)
        framework.observe(on.secret_changed, self._secret_changed)
        framework.observe(on.secret_remove, self._secret_remove)
        framework.observe(on.echo_action, self._echo)
        framework.observe(on.rotate_action, self._rotate)
        framework.observe(on.collect_unit_status, self._collect_unit_status)
        framework.observe(on.collect_app_status, self._collect_app_status)

    def _note(self, event: ops.EventBase, **facts):
        """One line per observer call: its name and what the event knows."""
        self._stored.events += 1
        line = {"event": event.handle.kind, "leader": self.unit.is_leader(), "count": self._stored.events}
        if isinstance(event, ops.RelationEvent):
            line["relation"] = f"{event.relation.name}:{event.relation.id}"
            line["app"] = event.app and event.app.name
            line["unit"] = event.unit and event.unit.name
            line["units"] = sorted(unit.name for unit in event.relation.units)
        if isinstance(event, ops.RelationDepartedEvent):
            line["departing"] = event.departing_unit and event.departing_unit.name
        line.update(facts)
        folder = pathlib.Path("events-folder").read_text().strip()
        with pathlib.Path(folder, self.unit.name.replace("/", "-")).open("a") as file:
            file.write(json.dumps(line) + "\n")

    def _config_changed(self, event: ops.ConfigChangedEvent):
        relation = self.model.get_relation("cluster")
        if relation:
            relation.data[self.unit]["greeting"] = str(self.config["greeting"])
        self.unit.set_ports(int(self.config["port"]))
        self.unit.set_workload_version("1.2.3")
        self._note(event, config=dict(self.config), ports=sorted(port.port for port in self.unit.opened_ports()))
        if self.config["crash"]:
            raise RuntimeError("told to crash")

    def _relation_created(self, event: ops.RelationCreatedEvent):
        if event.relation.name == "database" and self.unit.is_leader():
            secret = self.app.add_secret({"password": PASSWORD}, label=f"password-{event.relation.id}", description="for one client")
            secret.grant(event.relation)
            event.relation.data[self.app].update({"secret": secret.id or "", "address": "10.0.0.1"})
        self._note(event)

    def _relation_changed(self, event: ops.RelationChangedEvent):
        facts = {"remote": dict(event.relation.data[event.app])}
        if event.unit:
            facts["greeting"] = event.relation.data[event.unit].get("greeting")
        if event.relation.name == "db":
            event.relation.data[self.unit]["seen"] = facts["remote"].get("address", "")
            if uri := facts["remote"].pop("secret", None):
                facts["password"] = self.model.get_secret(id=uri, label="db-password").get_content()["password"]
        if event.relation.name == "database" and event.unit:
            facts["seen"] = event.relation.data[event.unit].get("seen")
        if event.relation.name == "cluster" and self.unit.is_leader():
            event.relation.data[self.app]["members"] = str(len(event.relation.units) + 1)
        self._note(event, **facts)

    def _secret_changed(self, event: ops.SecretChangedEvent):
        secret = event.secret
        passwords = [secret.get_content(), secret.peek_content(), secret.get_content(refresh=True), secret.get_content()]
        self._note(event, label=secret.label, passwords=[content["password"] for content in passwords])

    def _secret_remove(self, event: ops.SecretRemoveEvent):
        self._note(event, label=event.secret.label, revision=event.revision)
        event.remove_revision()

    def _echo(self, event: ops.ActionEvent):
        event.log("about to answer")
        if event.params["fail"]:
            event.fail("told to fail")
        event.set_results({"text": event.params["text"], "count": event.params.get("count", -1), "hook": os.environ["JUJU_HOOK_NAME"] or "none"})
        self._note(event, id=event.id)

    def _rotate(self, event: ops.ActionEvent):
        for relation in self.model.relations["database"]:
            secret = self.model.get_secret(label=f"password-{relation.id}")
            info = secret.get_info()
            secret.set_content({"password": event.params["password"]})
            event.set_results({"before": info.revision, "label": info.label})
        self._note(event)

    def _collect_unit_status(self, event: ops.CollectStatusEvent):
        event.add_status(ops.ActiveStatus(f"{self._stored.events} events"))
        if not self.model.relations["database"] and not self.model.relations["db"]:
            event.add_status(ops.BlockedStatus("not related"))

    def _collect_app_status(self, event: ops.CollectStatusEvent):
        event.add_status(ops.ActiveStatus("led by " + self.unit.name))


if __name__ == "__main__":
    ops.main(Observer, use_juju_for_storage=True)
