# The charm mongos, a router beside each unit of the application that is integrated with its endpoint mongos_proxy. It is a subordinate, so
# that it has neither units nor machines of its own.

resource "juju_application" "mongos" {
  model_uuid = var.model_uuid
  name       = var.app_name

  charm {
    name     = var.charm_name
    channel  = var.channel
    revision = var.revision
    base     = var.base
  }

  endpoint_bindings = length(var.endpoint_bindings) > 0 ? var.endpoint_bindings : null
}
