# Builds dist/ with the development dependencies, and keeps only what runs. Nothing in it is bound to a platform.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/build.js scripts/
COPY src src
ARG REVISION=unknown
RUN REVISION=$REVISION npm run build && npm ci --omit=dev && mkdir /state

FROM node:24-bookworm-slim
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.title="flashforge-exporter" \
      org.opencontainers.image.description="Prometheus exporter for FlashForge 3D printers" \
      org.opencontainers.image.url="https://github.com/flashforge-exporter/flashforge-exporter" \
      org.opencontainers.image.source="https://github.com/flashforge-exporter/flashforge-exporter" \
      org.opencontainers.image.documentation="https://github.com/flashforge-exporter/flashforge-exporter#readme" \
      org.opencontainers.image.vendor="flashforge-exporter" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.base.name="docker.io/library/node:24-bookworm-slim"
ENV NODE_ENV=production
WORKDIR /app
COPY package.json LICENSE scripts/healthcheck.js ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
# For --state.file: a new named volume mounted here takes over this owner.
COPY --from=build --chown=node:node /state /var/lib/flashforge-exporter
# By number, so that Kubernetes can tell that it is not root (runAsNonRoot); it is the image's user "node".
USER 1000:1000
EXPOSE 10899
# With another port, or with clients that need a certificate, replace it: docs/web-configuration.md.
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s CMD ["node", "healthcheck.js", "127.0.0.1:10899/-/healthy"]
ENTRYPOINT ["node", "dist/main.js"]
