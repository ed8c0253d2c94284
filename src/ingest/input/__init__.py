"""Files as they are found, unpacked and looked into."""
