"""What intake takes in and tells over HTTP, one noun a file."""
