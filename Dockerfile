# Builds dist/ with the development dependencies, and keeps only what runs.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/build.js scripts/
COPY src src
ARG REVISION=unknown
RUN REVISION=$REVISION npm run build && npm prune --omit=dev

FROM node:24-bookworm-slim
ARG REVISION=unknown
LABEL org.opencontainers.image.title="flashforge-exporter" \
      org.opencontainers.image.description="Prometheus exporter for FlashForge 3D printers" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.revision="${REVISION}"
ENV NODE_ENV=production
WORKDIR /app
COPY package.json LICENSE ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
USER node
EXPOSE 10899
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:10899/-/healthy').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/main.js"]
