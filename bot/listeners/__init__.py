"""What happens when Slack calls: by the kind of call, one transaction each."""
