output "app_name" {
  description = "Name of the replica set's application."
  value       = module.mongodb.app_name
}

output "provides" {
  description = "Endpoints to which others are integrated: database."
  value       = { database = module.mongodb.provides.database }
}

output "data_integrator" {
  description = "Name of the data-integrator, or null where there is none."
  value       = one(juju_application.data_integrator[*].name)
}
