FROM python:3.11-slim

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 APP_ENV=production PORT=8000
WORKDIR /app

COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt

COPY . .
# The code belongs to root and the program does not: it can change nothing but its instance folder.
RUN useradd --system --uid 10001 --no-create-home podryad && install -d -o podryad -m 0700 /app/instance
USER podryad
VOLUME /app/instance

EXPOSE 8000
# With TRUSTED_HOSTS set the health check must ask in the name of one of them.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "scripts/healthcheck.py"]
CMD ["gunicorn", "marketplace.asgi:app"]
