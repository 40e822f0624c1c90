FROM python:3.11-slim
WORKDIR /app
RUN pip install --no-cache-dir uv && useradd --create-home chotdon && mkdir /data && chown chotdon /data
COPY requirements.lock pyproject.toml README.md ./
RUN uv pip install --system --no-cache --require-hashes -r requirements.lock
COPY bot bot
COPY core core
COPY nlu nlu
COPY knowledge knowledge
COPY integrations integrations
RUN uv pip install --system --no-cache --no-deps .
USER chotdon
ENV CHOTDON_HOST=0.0.0.0 CHOTDON_DATA_DIR=/data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD python -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=3)"
CMD ["chotdon", "serve", "--no-worker"]
