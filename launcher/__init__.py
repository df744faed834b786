"""What `./portal` is made of: install, start, supervise, test. No Django in here."""
