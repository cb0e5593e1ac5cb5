# A replica set, and where it is wanted a data-integrator that hands out credentials for it.

module "mongodb" {
  source = "../mongodb"

  model_uuid = var.model_uuid
  channel    = var.channel
  base       = var.base

  app_name           = var.mongodb.app_name
  charm_name         = var.mongodb.charm_name
  revision           = var.mongodb.revision
  units              = var.mongodb.units
  config             = var.mongodb.config
  constraints        = var.mongodb.constraints
  storage_directives = var.mongodb.storage_directives
  endpoint_bindings  = var.mongodb.endpoint_bindings
}

resource "juju_application" "data_integrator" {
  count = var.data_integrator == null ? 0 : 1

  model_uuid  = var.model_uuid
  name        = var.data_integrator.app_name
  constraints = var.data_integrator.constraints

  charm {
    name     = "data-integrator"
    channel  = var.data_integrator.channel
    revision = var.data_integrator.revision
  }

  config = merge(
    { database-name = var.data_integrator.database_name },
    var.data_integrator.extra_user_roles == null ? {} : { extra-user-roles = var.data_integrator.extra_user_roles },
  )
}

resource "juju_integration" "data_integrator" {
  count = var.data_integrator == null ? 0 : 1

  model_uuid = var.model_uuid

  application {
    name     = module.mongodb.app_name
    endpoint = module.mongodb.provides.database
  }

  application {
    name     = juju_application.data_integrator[0].name
    endpoint = "mongodb"
  }
}
