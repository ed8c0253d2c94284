"""What a page holds: its tree, its blocks, and which of them are content."""
