variable "model_uuid" {
  description = "UUID of the Juju model to deploy to, for example `juju_model.shop.uuid`."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", var.model_uuid))
    error_message = "The model is named by its UUID, for example 6a4d1c0e-5a4b-4c6e-8f55-0d0f3f0c2b11, and not by its name."
  }
}

variable "app_name" {
  description = "Name of the application in the model."
  type        = string
  default     = "mongodb"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]*[a-z][a-z0-9]*)*$", var.app_name))
    error_message = "An application's name has small letters, digits and single hyphens, begins with a letter, and has a letter in each part."
  }
}

variable "charm_name" {
  description = "Name under which the charm is published."
  type        = string
  default     = "mongodb"
  nullable    = false
}

variable "channel" {
  description = "Channel of the charm, `track/risk`, for example `8/stable`. It has no default, so that no other charm of the same name is deployed by mistake."
  type        = string

  validation {
    condition     = can(regex("^[^/]+/(stable|candidate|beta|edge)(/[^/]+)?$", var.channel))
    error_message = "A channel is written track/risk, where the risk is stable, candidate, beta or edge."
  }
}

variable "revision" {
  description = "Revision of the charm. Without it, the newest one of the channel at the time of the first deployment."
  type        = number
  default     = null

  validation {
    condition     = var.revision == null ? true : var.revision >= 0 && floor(var.revision) == var.revision
    error_message = "A revision is a whole number, 0 or more."
  }
}

variable "base" {
  description = "Operating system of the machines."
  type        = string
  default     = "ubuntu@24.04"
  nullable    = false

  validation {
    condition     = contains(["ubuntu@22.04", "ubuntu@24.04"], var.base)
    error_message = "The charm runs on ubuntu@22.04 and ubuntu@24.04."
  }
}

variable "units" {
  description = "How many members the replica set has. An odd number is best."
  type        = number
  default     = 3
  nullable    = false

  validation {
    condition     = var.units >= 1 && var.units <= 50 && floor(var.units) == var.units
    error_message = "A replica set has from 1 to 50 units, a whole number."
  }
}

variable "role" {
  description = "What the application is for: replication (a replica set of its own), config-server (the head of a sharded cluster) or shard (a part of its data). The charm does not change it later."
  type        = string
  default     = "replication"
  nullable    = false

  validation {
    condition     = contains(["replication", "config-server", "shard"], var.role)
    error_message = "The role is replication, config-server or shard."
  }
}

variable "config" {
  description = "Options of the charm other than the role, by their names in config.yaml, for example `{ cache-size-mb = 2048 }`."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = !contains(keys(var.config), "role")
    error_message = "The role is given with the variable role, not among the other options."
  }
}

variable "constraints" {
  description = "Constraints on the machines, separated by spaces, for example `cores=4 mem=16G`. Another value replaces the application."
  type        = string
  default     = null
}

variable "storage_directives" {
  description = "Storage of each unit, by the names in metadata.yaml, for example `{ mongodb = \"200G\" }`. Another value replaces the application."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = length(setsubtract(keys(var.storage_directives), ["mongodb"])) == 0
    error_message = "The charm has one storage, mongodb."
  }
}

variable "endpoint_bindings" {
  description = "Network spaces of the endpoints; without an endpoint, the space of all that are not named."
  type = set(object({
    space    = string
    endpoint = optional(string)
  }))
  default  = []
  nullable = false

  validation {
    condition = alltrue([
      for binding in var.endpoint_bindings :
      binding.endpoint == null ? true : contains(["database-peers", "database", "config-server", "cluster", "sharding"], binding.endpoint)
    ])
    error_message = "The charm's endpoints are database-peers, database, config-server, cluster and sharding."
  }
}
