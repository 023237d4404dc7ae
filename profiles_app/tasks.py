"""Work for Celery."""
