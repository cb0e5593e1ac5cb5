terraform {
  required_version = ">= 1.5.0"

  required_providers {
    # From 1.0 on a model is named by its UUID; 2 takes the same configuration, and works with Juju 4 too.
    juju = {
      source  = "juju/juju"
      version = ">= 1.0.0, < 3.0.0"
    }
  }
}
