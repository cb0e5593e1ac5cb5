variable "model_uuid" {
  description = "UUID of the Juju model to deploy to, for example `juju_model.shop.uuid`."
  type        = string
}

variable "channel" {
  description = "Channel of the charm mongodb, `track/risk`."
  type        = string
}

variable "base" {
  description = "Operating system of the machines, ubuntu@22.04 or ubuntu@24.04."
  type        = string
  default     = "ubuntu@24.04"
  nullable    = false
}

variable "mongodb" {
  description = "The replica set; what is left out is as in the module mongodb, which describes each of them."
  type = object({
    app_name           = optional(string)
    charm_name         = optional(string)
    revision           = optional(number)
    units              = optional(number)
    config             = optional(map(string))
    constraints        = optional(string)
    storage_directives = optional(map(string))
    endpoint_bindings  = optional(set(object({ space = string, endpoint = optional(string) })))
  })
  default  = {}
  nullable = false
}

variable "data_integrator" {
  description = "A data-integrator that is integrated with the replica set and hands out credentials for one database. Without it, none is deployed."
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
