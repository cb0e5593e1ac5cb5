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
  default     = "mongos"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]*[a-z][a-z0-9]*)*$", var.app_name))
    error_message = "An application's name has small letters, digits and single hyphens, begins with a letter, and has a letter in each part."
  }
}

variable "charm_name" {
  description = "Name under which the charm is published."
  type        = string
  default     = "mongos"
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
  description = "Operating system of the machines, the same as that of the application beside which it runs."
  type        = string
  default     = "ubuntu@24.04"
  nullable    = false

  validation {
    condition     = contains(["ubuntu@22.04", "ubuntu@24.04"], var.base)
    error_message = "The charm runs on ubuntu@22.04 and ubuntu@24.04."
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
      binding.endpoint == null ? true : contains(["router-peers", "mongos_proxy", "cluster"], binding.endpoint)
    ])
    error_message = "The charm's endpoints are router-peers, mongos_proxy and cluster."
  }
}
