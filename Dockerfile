# Build: the page needs the development dependencies, the running product does not.
FROM docker.io/library/node:24-bookworm-slim AS page
WORKDIR /app
COPY . .
RUN npm ci && npm run build:page

FROM docker.io/library/node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY . .
RUN npm ci --omit=dev --ignore-scripts && mkdir /data && chown node:node /data
COPY --from=page /app/dashboard/web/dist dashboard/web/dist
# A container's loopback is its own, so it has to listen beyond it; docker-compose.yml publishes on the host's loopback alone.
ENV CLOSEWATCH_DATA=/data \
    CLOSEWATCH_INGEST_HOST=0.0.0.0 \
    CLOSEWATCH_DASHBOARD_HOST=0.0.0.0 \
    CLOSEWATCH_ALLOW_OPEN_LISTEN=true
USER node
VOLUME /data
EXPOSE 4317 4318 8080
CMD ["node", "cli/src/main.ts", "serve"]
