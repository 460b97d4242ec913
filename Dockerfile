# Holdfast's image: `docker build -t holdfast .`; docker-compose.yml shows how to run it.

# Node and Debian by name, so that a build next year is a build of the same thing; to be raised by hand.
ARG NODE_IMAGE=node:24.21.0-trixie-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
# From what changes seldom to what changes often: an edit in src/ installs nothing again.
COPY package.json package-lock.json .npmrc ./
# No package needs its install script, and some would download. Not without the optional packages here: the compilers
# of the page are among them, as programs for each platform.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json nest-cli.json prisma.config.ts ./
COPY prisma prisma
COPY scripts/build.mjs scripts/
COPY src src
COPY web web
RUN node scripts/build.mjs

# A stage of its own: it changes with the dependencies only, and no development dependency can be left over in it.
FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The optional packages are the embedded Postgres.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund
# More than half of what was installed never runs: the query compilers of other databases, source maps and types.
RUN find node_modules/@prisma/client/runtime -name 'query_compiler_*' ! -name '*.postgresql.*' -delete \
 && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.?ts' \) -delete

FROM ${NODE_IMAGE} AS service
# As the first process it reaps what tasks leave behind and hands signals on. Tasks need bash and mkfifo, which
# Debian always has. Not pinned: Debian keeps only the newest of a package.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends tini \
 && rm -rf /var/lib/apt/lists/*

# Tasks inherit the environment, so there is nothing in it that would surprise them, such as NODE_ENV.
# An API that others can reach wants to be told who may call, and does not start before (HOLDFAST_JWT_SECRET, …).
# PORT is the default one; said here, it wins over the .env of a project that is mounted at /pipelines.
ENV HOST=0.0.0.0 PORT=8080 HOLDFAST_PATH=/pipelines

WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY package.json ./
COPY prisma prisma
COPY bin bin
COPY --from=build /app/dist dist

# All of the above is root's: the service, and the tasks that it runs, cannot change it.
# By number, because Kubernetes cannot tell of a name whether it is root; it is the base image's user `node`.
USER 1000:1000
# Tasks run in the service's folder, which is to be that of the pipelines, as it is without Docker.
WORKDIR /pipelines
VOLUME /pipelines
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 8080}/health/ready`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["tini", "--", "node", "/app/dist/main.js"]
