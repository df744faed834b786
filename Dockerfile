# The image of every service in docker-compose.yml: web, workers, beat, migrations.
# docker build -t perlinsos:0.1.0 .
FROM python:3.11-slim AS build
ENV PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
COPY requirements/prod.txt requirements/prod.txt
COPY launcher launcher
RUN python -m launcher.install prod
COPY . .
# Loading the settings needs every variable; these values reach no layer's environment and no running service.
RUN DJANGO_SETTINGS_MODULE=perlinsos.settings.production \
    SECRET_KEY=only-while-building-the-image-only-while-building-the-image \
    FIELD_KEYS=build:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY= \
    BLIND_INDEX_KEY=MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY= \
    DATABASE_URL=postgresql:///none REDIS_URL=redis://none FILES_ROOT=/tmp STATIC_ROOT=/app/collected \
    BASE_URL=https://build.invalid ALLOWED_HOSTS=build.invalid EMAIL_HOST=build.invalid \
    OIDC_ISSUER=https://build.invalid OIDC_CLIENT_ID=build OIDC_CLIENT_SECRET=build \
    SOURCES_URL=https://build.invalid SOURCES_TOKEN=build \
    sh -c '.venv/bin/python manage.py catalogues --compile && .venv/bin/python manage.py collectstatic --noinput --ignore=redoc' \
    && .venv/bin/python -m compileall -q . \
    && rm -rf launcher requirements

FROM python:3.11-slim
RUN groupadd --gid 10001 portal \
    && useradd --uid 10001 --gid portal --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin portal \
    && install -d -o portal -g portal -m 0700 /data/files
WORKDIR /app
COPY --from=build /app /app
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=perlinsos.settings.production \
    FILES_ROOT=/data/files \
    STATIC_ROOT=/app/collected
USER 10001:10001
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--no-ws", "perlinsos.wsgi:application"]
