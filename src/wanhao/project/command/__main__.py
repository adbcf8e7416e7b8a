"""Lets `python -m wanhao.project.command` be the `wanhao` command."""

from wanhao.project.command import main

main(prog_name="wanhao")
