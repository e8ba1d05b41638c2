"""Help with writing manifests: what each field means, templates to start from, one style. It talks to no service."""
