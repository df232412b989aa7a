"""The command `sim`: finds a command, runs it, and turns what goes wrong into a clear line and an exit code.

0 done, 1 the run failed, 2 bad input, 130 stopped by the user, 143 terminated (SIGTERM). Commands are imported when
they are called, so that ``sim --help`` answers at once.
"""

from __future__ import annotations

import difflib
import signal
import sys
import traceback
from importlib import import_module
from types import FrameType
from typing import NoReturn

import click

import sim

DONE, FAILED, BAD_INPUT, STOPPED, TERMINATED = 0, 1, 2, 130, 143
DEBUG = "--debug"

# name -> what it does; each lives in the module of its name, as a command of its name
COMMANDS = {
    "run": "Live a scenario, answer its experiments, write the report.",
    "check": "Say whether a scenario is valid, what is in it, what is assumed.",
    "analyse": "Say what a real trial's records show.",
    "power": "Say what a trial can find, and what going by it costs.",
    "calibrate": "Fit a scenario's marked parameters to its targets.",
    "compare": "Say what differs between runs, and which decisions that changes.",
    "budget": "Find the best mix of actions within a budget, and what the next yuan buys.",
    "target": "Compare whom to give an action: by risk, by value, by uplift learned or true.",
    "validate": "Compare every reported figure with what the world does.",
    "whatif": "Live other values of a number, say which is best for the firm.",
    "sensitivity": "Say which assumption a decision hangs on, and where it switches.",
}


class Commands(click.Group):
    """Commands that are imported when they are called."""

    def list_commands(self, context: click.Context) -> list[str]:
        """Return the names of the commands."""
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command:
        """Import a command."""
        if name not in COMMANDS:
            close = difflib.get_close_matches(name, COMMANDS, n=1)
            hint = f"did you mean '{close[0]}'?" if close else f"there are {', '.join(COMMANDS)}"
            raise click.UsageError(f"No such command '{name}' ({hint}).", context)
        command: click.Command = getattr(import_module(f"sim.cli.{name}"), name)
        return command

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(sim.__version__, prog_name="sim")
@click.option(DEBUG, is_flag=True, help="Show the traceback when something goes wrong.")
def commands(debug: bool) -> None:
    """Simulate a retention campaign, the trial that tests it, and the truth the trial is graded against."""


class Terminated(BaseException):
    """SIGTERM came: unwinds the command as Ctrl-C does, so that workers are ended and hidden folders removed.

    No `KeyboardInterrupt`, because click makes another exception of that.
    """


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    raise Terminated


def main() -> None:
    """Run the command line and leave with its exit code."""
    signal.signal(signal.SIGTERM, _terminate)  # left alone, it would end this process only, and no worker
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal without a minus sign still gets its tables
    sys.exit(outcome(sys.argv[1:]))


def outcome(arguments: list[str]) -> int:
    """Run a command line, say what went wrong in a line each, and return the exit code."""
    debug = DEBUG in arguments
    rest = [argument for argument in arguments if argument != DEBUG] or ["--help"]
    try:
        result = commands.main([DEBUG, *rest] if debug else rest, prog_name="sim", standalone_mode=False)
    except click.ClickException as error:
        _trace(debug)
        command = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "sim"
        click.echo(f"{command}: {error.format_message()} See '{command} --help'.", err=True)
        return BAD_INPUT
    except (click.Abort, KeyboardInterrupt):
        _trace(debug)
        click.echo("sim: stopped; nothing was written", err=True)
        return STOPPED
    except Terminated:
        _trace(debug)
        click.echo("sim: terminated; nothing was written", err=True)
        return TERMINATED
    except MemoryError:
        _trace(debug)
        click.echo("sim: not enough memory; try fewer --customers or --jobs", err=True)
        return FAILED
    except Exception as error:  # noqa: BLE001 - the last place where a failure can still become a clear line
        _trace(debug)
        if _while_terminating(error):
            click.echo("sim: terminated; nothing was written", err=True)
            return TERMINATED
        return _explain(error, debug)
    return result if isinstance(result, int) else DONE


def _while_terminating(error: BaseException | None) -> bool:
    """Whether something failed because it was being unwound: workers that SIGTERM met while they were started."""
    while error is not None:
        if isinstance(error, Terminated):
            return True
        error = error.__context__
    return False


def _trace(debug: bool) -> None:
    if debug:
        traceback.print_exc()


def _explain(error: Exception, debug: bool) -> int:
    """Print a failure as lines for the user and return its exit code."""
    from sim.report.failures import FolderRefused, RunFailed
    from sim.scenario.problems import Impossible, InputProblems

    if isinstance(error, InputProblems):
        for problem in error.problems:
            click.echo(str(problem), err=True)
        return BAD_INPUT
    if isinstance(error, Impossible):
        click.echo(f"sim: {error}", err=True)
        return BAD_INPUT
    if isinstance(error, FolderRefused):
        click.echo(str(error), err=True)
        return BAD_INPUT
    if isinstance(error, RunFailed):
        click.echo(f"sim: {error}", err=True)
        return FAILED
    words = " ".join(str(error).split()) or "no reason given"
    hint = "" if debug else f" ({DEBUG} shows where)"
    click.echo(f"sim: the run failed: {type(error).__name__}: {words}{hint}", err=True)
    return FAILED


if __name__ == "__main__":
    main()
