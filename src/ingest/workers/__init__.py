"""Worker processes, and what watches over them."""
