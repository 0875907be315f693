"""What anybody may see, take along and show elsewhere: dashboards, open data, the widget."""
