"""What happens to the user's templates and boards when the service, the network or the process fails."""
