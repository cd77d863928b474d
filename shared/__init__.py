"""Two rooms: `kernel` is the language all services speak, `io` is one door per outside library."""
