"""Shapes of what people send about one order."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from marketplace.core.text import tidy
from marketplace.orders.models import NOTE_LENGTH, REVIEW_LENGTH
from marketplace.orders.states import MAX_RATING, MIN_RATING
from marketplace.web.fields import SelectChoice


class ConfirmForm(FlaskForm):
    """No field: carries the CSRF token of an act that is only confirmed."""


class TakeForm(FlaskForm):
    """Carries the terms that the page showed back to the act, which refuses if they are no longer the order's."""

    terms = HiddenField("")


class ReasonForm(FlaskForm):
    """Why somebody withdraws or cancels; the other side reads it."""

    reason = TextAreaField(
        _l("Reason"),
        filters=[tidy],
        validators=[DataRequired(_l("Give a reason: the other side will read it.")), Length(max=NOTE_LENGTH)],
    )


class RatingForm(FlaskForm):
    """1 to 10 and a few words."""

    rating = RadioField(
        _l("Rating, 10 is best"),
        choices=[SelectChoice(str(number)) for number in range(MIN_RATING, MAX_RATING + 1)],
        coerce=int,
        validators=[InputRequired(_l("Choose a number from 1 to 10."))],
    )
    text = TextAreaField(_l("Review"), filters=[tidy], validators=[Length(max=REVIEW_LENGTH)])


class AnswerForm(FlaskForm):
    """What the performer says to a review, once."""

    answer = TextAreaField(
        _l("Your answer"),
        filters=[tidy],
        validators=[DataRequired(_l("Write your answer.")), Length(max=REVIEW_LENGTH)],
    )
