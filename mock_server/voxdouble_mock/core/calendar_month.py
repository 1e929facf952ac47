"""The calendar month of an instant, in UTC, by arithmetic alone: `datetime` could read the real clock."""

MS_OF_DAY = 86_400_000
DAYS_BEFORE_EPOCH = 719_468
"""From 1 March of the year 0 to 1 January 1970. Years begin in March here: a leap day is the last of its year."""
DAYS_OF_ERA = 146_097
"""400 years of the Gregorian calendar."""


def month_at(milliseconds: int) -> tuple[int, int]:
    """Return the year and the month (1 to 12) of an instant, in milliseconds since the epoch."""
    era, day = divmod(milliseconds // MS_OF_DAY + DAYS_BEFORE_EPOCH, DAYS_OF_ERA)
    year = (day - day // 1_460 + day // 36_524 - day // 146_096) // 365
    day_of_year = day - (365 * year + year // 4 - year // 100)
    from_march = (5 * day_of_year + 2) // 153
    month = from_march + 3 if from_march < 10 else from_march - 9
    return era * 400 + year + (month <= 2), month
