"""The command line. Each command imports what it needs itself: Rasa alone takes five seconds."""

from __future__ import annotations

import errno
import sys
from pathlib import Path
from typing import Optional

import typer

from bot.errors import ForPeople
from bot.logs import configure_logging
from bot.settings import get_settings

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)
staff = typer.Typer(no_args_is_help=True, help="The staff page and the people who may use it.")
app.add_typer(staff, name="staff")


@app.command()
def run() -> None:
    """Start assistant, action server and staff page, and print where to click."""
    from bot.supervisor import run_everything, settings_of_first_start

    raise typer.Exit(run_everything(settings_of_first_start()))


@app.command()
def serve() -> None:
    """Start the assistant alone."""
    from bot.server import serve

    serve()


@app.command()
def actions() -> None:
    """Start the action server alone."""
    from actions.server import serve

    serve()


@app.command()
def train() -> None:
    """Train the model of the present files, unless there is one."""
    from bot.model import train

    path, is_new = train(get_settings())
    typer.echo(f"{'Trained' if is_new else 'Nothing has changed; the model is'} {path.name}")


@app.command()
def check() -> None:
    """Check the clinic's content, the red-flag rules and Rasa's data; name file and line of what is wrong."""
    from bot.checks import problems

    found = problems(get_settings())
    for problem in found:
        typer.echo(problem)
    typer.echo(f"{len(found)} problems" if found else "Everything is in order.")
    raise typer.Exit(1 if found else 0)


@app.command()
def ask(text: str) -> None:
    """Ask the assistant one question and show reply, topic, confidence, and triage with its evidence."""
    from bot.evaluation.assistant import assistant_for_evaluation
    from bot.evaluation.report import shown_turn

    with assistant_for_evaluation(get_settings()) as answer:
        typer.echo(shown_turn(answer("ask", text)))


@app.command()
def sms(text: str, sender: str = "+14045550123", sid: Optional[str] = None) -> None:
    """Send a text message to the running assistant, signed as Twilio signs, and print its reply."""
    from bot.sms_client import send_sms

    typer.echo(send_sms(get_settings(), text, sender, sid))


@app.command()
def evaluate(
    file: Path = typer.Argument(..., exists=True, dir_okay=False, help="id,text,topic,topic_alt,triage,triage_alt"),
    predictions: Optional[Path] = typer.Option(None, help="Write id,topic,confidence,triage,signs,reply to this file."),
    json: Optional[Path] = typer.Option(None, help="Write the figures to this file."),
    plots: Optional[Path] = typer.Option(None, help="Draw reliability and confusion of topics into this folder."),
) -> None:
    """Take every labelled message of FILE through a turn of its own, and report what was recognised."""
    from bot.evaluation.run import evaluate_file

    typer.echo(evaluate_file(get_settings(), file, predictions, json, plots))


@app.command()
def safety() -> None:
    """Measure triage on the messages of tests/safety/ and put the figures into docs/safety.md."""
    from bot.evaluation.safety import write_safety_case
    from bot.settings import ROOT

    typer.echo(write_safety_case(get_settings(), ROOT / "docs" / "safety.md"))


@staff.command("add")
def staff_add(name: str, password: Optional[str] = typer.Option(None, help="Asked for if it is left out.")) -> None:
    """Let this person use the staff page, or give them a new password."""
    from bot.staff.accounts import set_password
    from bot.store.database import migrate, open_database

    chosen = password or typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    engine = open_database(get_settings().database_url)
    migrate(engine)
    set_password(engine, name, chosen)
    typer.echo(f"{name} can log in now.")


@staff.command("serve")
def staff_serve() -> None:
    """Start the staff page alone."""
    from bot.staff.pages import serve

    serve()


def main() -> None:
    """Run the command line; what a person can mend is said in one sentence."""
    configure_logging()
    try:
        app()
    except ForPeople as error:
        sys.exit(str(error))
    except OSError as error:
        if error.errno == errno.ENOSPC:
            sys.exit("The disk is full. Make room and try again.")
        raise


if __name__ == "__main__":
    main()
