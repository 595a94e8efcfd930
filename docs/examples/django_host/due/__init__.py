"""The engine in this product: records in three tables, a storage over them, an admin list, a command for cron."""
