"""What can be asked of the futures: one table, and the functions that answer.

- `table`: all of them, with what each weighs and who may ask
- `market_data`, `trading`, `account`: what they answer
"""

from fillgate.practice.futures.endpoints.table import FUTURES_ENDPOINTS

__all__ = ["FUTURES_ENDPOINTS"]
