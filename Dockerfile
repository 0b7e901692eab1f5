# syntax=docker/dockerfile:1
# One binary on a small Debian. It needs a PostgreSQL server: see compose.yaml.

FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked -p archivist-app \
    && install -D target/release/archivist /out/archivist

FROM debian:bookworm-slim
# tesseract and poppler read scanned pages; further languages are packages of their own.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates poppler-utils tesseract-ocr \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home --home-dir /data archivist \
    && install -d -o archivist -g archivist -m 0750 /data
COPY --from=build /out/archivist /usr/local/bin/archivist
USER 10001
ENV ARCHIVIST_DATA=/data ARCHIVIST_LISTEN=0.0.0.0:8000
VOLUME /data
EXPOSE 8000
# The shell's own sockets: the image has no curl.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8000 && printf 'GET /api/health HTTP/1.0\\r\\n\\r\\n' >&3 && head -n 1 <&3 | grep -q ' 200 '"]
ENTRYPOINT ["archivist"]
CMD ["serve"]
