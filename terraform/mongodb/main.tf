# One application of the charm mongodb: a replica set, or one part of a sharded cluster.

resource "juju_application" "mongodb" {
  model_uuid = var.model_uuid
  name       = var.app_name
  units      = var.units

  charm {
    name     = var.charm_name
    channel  = var.channel
    revision = var.revision
    base     = var.base
  }

  config             = merge(var.config, { role = var.role })
  constraints        = var.constraints
  storage_directives = length(var.storage_directives) > 0 ? var.storage_directives : null
  endpoint_bindings  = length(var.endpoint_bindings) > 0 ? var.endpoint_bindings : null
}

# Seven members vote at the most, so that beyond seven it does not matter.
check "odd_units" {
  assert {
    condition     = var.units % 2 == 1 || var.units > 7
    error_message = "With ${var.units} units, ${var.app_name} survives the loss of no more members than with one fewer. An odd number is best."
  }
}
