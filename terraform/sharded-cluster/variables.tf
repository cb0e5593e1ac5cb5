variable "model_uuid" {
  description = "UUID of the Juju model to deploy to, for example `juju_model.shop.uuid`."
  type        = string
}

variable "channel" {
  description = "Channel of the charms mongodb and mongos, `track/risk`. The parts of a cluster are of one build, so that it is one for all."
  type        = string
}

variable "base" {
  description = "Operating system of the machines, ubuntu@22.04 or ubuntu@24.04."
  type        = string
  default     = "ubuntu@24.04"
  nullable    = false
}

variable "charm_name" {
  description = "Name under which the charm mongodb is published."
  type        = string
  default     = null
}

variable "revision" {
  description = "Revision of the charm mongodb, for the config server and all shards alike."
  type        = number
  default     = null
}

variable "config_server" {
  description = "The config server; what is left out is as in the module mongodb, which describes each of them."
  type = object({
    app_name           = optional(string, "config-server")
    units              = optional(number)
    config             = optional(map(string))
    constraints        = optional(string)
    storage_directives = optional(map(string))
    endpoint_bindings  = optional(set(object({ space = string, endpoint = optional(string) })))
  })
  default  = {}
  nullable = false
}

variable "shards" {
  description = "The shards by their applications' names; what is left out is as in the module mongodb. A shard that is taken out of the map is drained before its last unit goes, which takes as long as its data takes to move."
  type = map(object({
    units              = optional(number)
    config             = optional(map(string))
    constraints        = optional(string)
    storage_directives = optional(map(string))
    endpoint_bindings  = optional(set(object({ space = string, endpoint = optional(string) })))
  }))
  nullable = false

  validation {
    condition     = length(var.shards) > 0
    error_message = "A sharded cluster has one shard or more."
  }
}

variable "mongos" {
  description = "The routers; what is left out is as in the module mongos. They run beside the application that is integrated with the endpoint mongos_proxy."
  type = object({
    app_name          = optional(string)
    charm_name        = optional(string)
    revision          = optional(number)
    endpoint_bindings = optional(set(object({ space = string, endpoint = optional(string) })))
  })
  default  = {}
  nullable = false
}

variable "data_integrator" {
  description = "A data-integrator with a router beside it, which hands out credentials for one database. Without it, none is deployed, and the routers wait for another application."
  type = object({
    database_name    = string
    extra_user_roles = optional(string)
    app_name         = optional(string, "data-integrator")
    channel          = optional(string, "latest/stable")
    revision         = optional(number)
    constraints      = optional(string)
  })
  default = null

  validation {
    condition     = var.data_integrator == null ? true : length(var.data_integrator.database_name) > 0
    error_message = "The data-integrator needs the name of a database."
  }
}
