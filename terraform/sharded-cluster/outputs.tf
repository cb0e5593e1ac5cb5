output "config_server" {
  description = "Name of the config server's application."
  value       = module.config_server.app_name
}

output "shards" {
  description = "Names of the shards' applications."
  value       = [for shard in module.shards : shard.app_name]
}

output "mongos" {
  description = "Name of the routers' application."
  value       = module.mongos.app_name
}

output "provides" {
  description = "Endpoints to which others are integrated: the config server's cluster, for further routers."
  value       = { cluster = module.config_server.provides.cluster }
}

output "requires" {
  description = "Endpoints that are integrated with what others provide: the routers' mongos_proxy, for the client."
  value       = { mongos_proxy = module.mongos.requires.mongos_proxy }
}

output "data_integrator" {
  description = "Name of the data-integrator, or null where there is none."
  value       = one(juju_application.data_integrator[*].name)
}
