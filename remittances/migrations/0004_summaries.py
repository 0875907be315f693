from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("remittances", "0003_rates_and_feeds")]

    operations = []
