"""How differ meets people: Slack, HTTP, the command line, the environment and the time."""
