"""Run the command line as ``python -m fillgate``."""

from fillgate.cli import app

if __name__ == "__main__":
    # Without a name, usage lines would read "__main__.py".
    app(prog_name="fillgate")
