"""What manifests name, compared with what the service lists; and those lists for people to choose from."""
