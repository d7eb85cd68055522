"""Streets and vehicles around plates, drawn in perspective."""
