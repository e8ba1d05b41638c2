"""What tests share: projects written to a folder, the command line run in this process, the people outside."""
