"""Why a rank or a score moved."""
