"""Stands in for IKD and the ministry services on a developer's or trainer's machine; invented people only."""
