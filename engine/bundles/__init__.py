"""Process folders: read into values (`load`), checked without running them (`check`)."""
