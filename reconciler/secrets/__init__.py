"""What must not be shown: finding secrets in trees and texts, and remembering which values are secret.

names      which keys look like those of a secret
in_texts   secrets inside texts: commands, addresses, JSON texts
trees      secrets inside contents, replaced by `(sensitive)`
admission  which environment variables a manifest may take
record     the paths of sensitive fields, as they are recorded on a live template
"""
