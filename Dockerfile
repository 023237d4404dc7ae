# The web process, the worker and the clock of the task queue; docker-compose.yml says which.
FROM python:3.13-slim-bookworm

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

WORKDIR /app

# The packages change less often than the sources: a layer of their own.
COPY pyproject.toml constraints.txt ./
COPY scripts/requirements.py scripts/
RUN python -I scripts/requirements.py > /tmp/requirements.txt \
    && pip install --constraint constraints.txt --requirement /tmp/requirements.txt \
    && rm /tmp/requirements.txt

COPY . .

# The data folder belongs to an account that owns nothing else.
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin roster \
    && install --directory --owner=roster --group=roster --mode=0700 /data
USER 10001
VOLUME /data

ENV ROSTER_DATA_DIR=/data \
    ROSTER_HOST=0.0.0.0 \
    ROSTER_DEMO=0 \
    PORT=8000
EXPOSE 8000

ENTRYPOINT ["python", "-m", "config.processes"]
CMD ["web"]
