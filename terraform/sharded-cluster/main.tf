# A config server, its shards and the routers, and where it is wanted a data-integrator beside a router.

module "config_server" {
  source = "../mongodb"

  model_uuid = var.model_uuid
  charm_name = var.charm_name
  channel    = var.channel
  revision   = var.revision
  base       = var.base
  role       = "config-server"

  app_name           = var.config_server.app_name
  units              = var.config_server.units
  config             = var.config_server.config
  constraints        = var.config_server.constraints
  storage_directives = var.config_server.storage_directives
  endpoint_bindings  = var.config_server.endpoint_bindings
}

module "shards" {
  source   = "../mongodb"
  for_each = var.shards

  model_uuid = var.model_uuid
  charm_name = var.charm_name
  channel    = var.channel
  revision   = var.revision
  base       = var.base
  role       = "shard"

  app_name           = each.key
  units              = each.value.units
  config             = each.value.config
  constraints        = each.value.constraints
  storage_directives = each.value.storage_directives
  endpoint_bindings  = each.value.endpoint_bindings
}

module "mongos" {
  source = "../mongos"

  model_uuid = var.model_uuid
  channel    = var.channel
  base       = var.base

  app_name          = var.mongos.app_name
  charm_name        = var.mongos.charm_name
  revision          = var.mongos.revision
  endpoint_bindings = var.mongos.endpoint_bindings
}

# Its machines get a router each, so that they have the routers' operating system.
resource "juju_application" "data_integrator" {
  count = var.data_integrator == null ? 0 : 1

  model_uuid  = var.model_uuid
  name        = var.data_integrator.app_name
  constraints = var.data_integrator.constraints

  charm {
    name     = "data-integrator"
    channel  = var.data_integrator.channel
    revision = var.data_integrator.revision
    base     = var.base
  }

  config = merge(
    { database-name = var.data_integrator.database_name },
    var.data_integrator.extra_user_roles == null ? {} : { extra-user-roles = var.data_integrator.extra_user_roles },
  )
}
