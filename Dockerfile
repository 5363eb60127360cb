# prism-loadtest, run as it is by Node 24: docker build -t prism-loadtest .
FROM node:24-alpine AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# Without tools/node/, which brings the Node that is here already.
RUN npm ci --omit=dev --no-audit --no-fund --no-update-notifier --loglevel=error

# The script and the style of reports, bundled by packages that the image doesn't need.
FROM node:24-alpine AS page
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund --no-update-notifier --loglevel=error
COPY src src
RUN node -e "import('/app/src/report/html/page-assets.ts').then((assets) => assets.writePageAssets())"

# What this is built from, for run files: the argument COMMIT, or else what .git says is checked out.
FROM node:24-alpine AS commit
ARG COMMIT=
WORKDIR /git
# A pattern matches nothing where there is no .git; package.json always is.
COPY package.json .gi[t]/HEAD .gi[t]/packed-ref[s] ./
COPY package.json .gi[t]/refs ./refs/
COPY deploy/docker/commit.ts ./
RUN node commit.ts "$COMMIT" >/commit && cat /commit

FROM node:24-alpine
LABEL org.opencontainers.image.title=prism-loadtest org.opencontainers.image.licenses=MIT
COPY --from=redis:7-alpine /usr/local/bin/redis-cli /usr/local/bin/
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json vitest.config.ts tsconfig.json LICENSE ./
COPY bench bench
COPY deploy deploy
COPY src src
COPY --from=commit /commit commit
COPY --from=page /app/src/report/html/client.js /app/src/report/html/client.css src/report/html/
RUN mkdir results && chown node:node results \
  && ln -s /app/src/cli/start.mjs /usr/local/bin/prism-loadtest \
  && chmod +x src/cli/start.mjs
# Vitest keeps a file of its own in XDG_DATA_HOME; whoever the user is, /tmp takes it.
ENV NODE_ENV=production XDG_DATA_HOME=/tmp
# What help and messages call the command.
ENV PRISM_LOADTEST_COMMAND=prism-loadtest
USER node
ENTRYPOINT ["node", "/app/deploy/docker/entry-point.ts"]
CMD ["--help"]
