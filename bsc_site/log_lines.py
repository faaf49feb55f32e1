"""Where the lines of the log go, for settings.py."""


def logging_at(level):
    """Django's LOGGING."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "request_id": {"()": "scorecard.web.log_lines.AddRequestID"},
        },
        "formatters": {
            "line": {
                "class": "scorecard.web.log_lines.LineWithoutSecrets",
                "format": "{asctime} {levelname} {name} {request_id} {message}",
                "style": "{",
            },
            # A security event is a JSON object already, and nothing else is in its line.
            "event": {"format": "{message}", "style": "{"},
        },
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request_id"]},
            "security": {"class": "logging.StreamHandler", "formatter": "event", "stream": "ext://sys.stdout"},
        },
        "root": {"handlers": ["console"], "level": level},
        # Otherwise Django's own logger would print everything twice, or only send mail in production.
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            # Whatever LOG_LEVEL says.
            "scorecard.security": {"handlers": ["security"], "level": "INFO", "propagate": False},
            # At DEBUG it would log every query.
            "django.db.backends": {"level": "INFO"},
            # WeasyPrint's font subsetter logs every table that it drops.
            "fontTools": {"level": "WARNING"},
            # Logs every page.
            "weasyprint.progress": {"level": "WARNING"},
        },
    }
