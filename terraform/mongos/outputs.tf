output "app_name" {
  description = "Name of the application."
  value       = juju_application.mongos.name
}

output "provides" {
  description = "Endpoints to which others are integrated: the charm has none."
  value       = {}
}

output "requires" {
  description = "Endpoints that are integrated with what others provide: mongos_proxy with the client, cluster with the config server."
  value = {
    mongos_proxy = "mongos_proxy"
    cluster      = "cluster"
  }
}
