# Who is integrated with whom in the cluster.

resource "juju_integration" "shards" {
  for_each = module.shards

  model_uuid = var.model_uuid

  application {
    name     = module.config_server.app_name
    endpoint = module.config_server.provides.config_server
  }

  application {
    name     = each.value.app_name
    endpoint = each.value.requires.sharding
  }

  lifecycle {
    precondition {
      condition     = each.key != var.config_server.app_name
      error_message = "A shard has another name than the config server."
    }
  }
}

resource "juju_integration" "routers" {
  model_uuid = var.model_uuid

  application {
    name     = module.config_server.app_name
    endpoint = module.config_server.provides.cluster
  }

  application {
    name     = module.mongos.app_name
    endpoint = module.mongos.requires.cluster
  }
}

resource "juju_integration" "data_integrator" {
  count = var.data_integrator == null ? 0 : 1

  model_uuid = var.model_uuid

  application {
    name     = module.mongos.app_name
    endpoint = module.mongos.requires.mongos_proxy
  }

  application {
    name     = juju_application.data_integrator[0].name
    endpoint = "mongos"
  }
}
