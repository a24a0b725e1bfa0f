"""The method: what a coach asks, hears and concludes. Standard library only."""
