output "app_name" {
  description = "Name of the application."
  value       = juju_application.mongodb.name
}

output "provides" {
  description = "Endpoints to which others are integrated."
  value = {
    database      = "database"
    config_server = "config-server"
    cluster       = "cluster"
  }
}

output "requires" {
  description = "Endpoints that are integrated with what others provide."
  value = {
    sharding = "sharding"
  }
}
