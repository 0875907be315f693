from django.apps import AppConfig


class PublicConfig(AppConfig):
    name = "projects.public"
    label = "public"
