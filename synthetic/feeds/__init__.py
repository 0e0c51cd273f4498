"""What the senders know, feed by feed, in the contract's columns with the day on which each row became known."""
