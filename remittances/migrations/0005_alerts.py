from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("remittances", "0004_summaries")]

    operations = []
