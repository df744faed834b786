"""Pages for agents, on the phone in their hand: today, a family's form, a ground check."""
