"""Filters for figures and times in templates."""

from django import template

from wanhao.pages.design import speech

register = template.Library()
register.filter("thousands", speech.thousands)
register.filter("clock", speech.clock)
register.filter("duration", speech.duration)
register.filter("rate", speech.rate)
register.filter("files", speech.files)
register.filter("money", speech.money)
